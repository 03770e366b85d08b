"""What a stranger may send, on purpose: it is refused in words, harms nobody else, and is shown without harm."""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel
from telling import alert, case, channel

from alerts.notices.compose import compose
from alerts.notices.mail import message_of, parse_relay
from alerts.notices.plan import ChannelKind
from dashboards.console.api.formats import csv_text
from devices.load import load_registry
from devices.reading import Message, Reason, Refusal
from devices.registry import Registry
from ingest.codecs.native import decode
from ingest.counts import Counts
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.quarantine import Quarantine, Row
from ingest.sift import Formats, Sieve
from servers import Mosquitto, Vigiterre, free_port, publish_bytes, publish_lines
from vigiterre import logs
from vigiterre.metrics import Metrics
from vigiterre.settings import LogSettings
from vigiterre.shell import print_json, print_table

CONFIG = Path(__file__).parents[2] / "config"
DEVICE, OTHER = "college-moulins-s12", "college-moulins-s14"
NOW = 1_795_608_000_000
EVIL = "x\x1b[2J\x1b]0;owned\x07\r\n2026-11-27 [error] forged\u202e\x9b31m\u2028"
"""Clears a terminal, renames its window, begins a line, turns what follows around."""


def topic(device: str) -> str:
    return f"vigiterre/building/{device}/up"


def careful(message: Message, device: str) -> object:
    """The same codec, but not the one by which the fast way knows its topics."""
    return decode(message, device)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(CONFIG)


# -- payloads

BOMBS = {
    "nested arrays": b"[" * 100_000,
    "nested and closed": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "nested values": b'{"values":{"co2":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "an exponent": b'{"values":{"co2":1e999999}}',
    "a negative exponent": b'{"values":{"co2":-1e999999}}',
    "a number of 200,000 digits": b'{"values":{"co2":' + b"9" * 200_000 + b"}}",
    "a fraction of 200,000 digits": b'{"values":{"co2":0.' + b"9" * 200_000 + b"e999999}}",
    "a time of 200,000 digits": b'{"time":' + b"9" * 200_000 + b',"values":{"co2":500}}',
    "a number of repetitions of a key": b'{"values":{' + b'"co2":"x",' * 20_000 + b'"co2":"x"}}',
    "many keys": b'{"values":{' + b",".join(b'"k%d":1' % n for n in range(15_000)) + b"}}",
    "many items": b"[" + b",".join([b"{}"] * 80_000) + b"]",
    "many nulls": b"[" + b"null," * 50_000 + b"null]",
    "half of a pair": b'{"values":{"\\ud800":1}}',
    "a name with NUL": b'{"values":{"co2\\u0000":1}}',
    "a name of 200,000 letters": b'{"values":{"' + b"x" * 200_000 + b'":1}}',
    "larger than accepted": b'{"values":{"co2":500},"note":"' + b"x" * 300_000 + b'"}',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_of_json_is_refused_and_its_neighbours_are_stored(bomb: bytes, registry: Registry) -> None:
    sieve = Sieve(registry, Formats({"native": decode}), Duplicates(), Frames())
    good = b'{"values": {"co2": 500}}'
    entries = [
        Entry(1, Message(topic(DEVICE), good, NOW)),
        Entry(2, Message(topic(DEVICE), bomb, NOW + 1)),
        Entry(3, Message(topic(OTHER), good, NOW + 2)),
    ]
    batch = sieve.sift(entries)
    assert [entry.seq for entry, _ in batch.origins] == [1, 3]
    assert batch.refused
    assert {one.entry.seq for one in batch.refused} == {2}
    assert "Traceback" not in batch.refused[0].refusal.detail


def test_of_a_repeated_key_the_last_counts_on_both_ways(registry: Registry) -> None:
    """20,000 times: the same reading, whichever way reads it."""
    body = b'{"values":{' + b'"co2":400,' * 20_000 + b'"co2":500}}'
    for codec in (decode, careful):
        sieve = Sieve(registry, Formats({"native": codec}), Duplicates(), Frames())  # type: ignore[dict-item]
        [reading] = sieve.sift([Entry(1, Message(topic(DEVICE), body, NOW))]).readings
        assert reading.values == {"co2": 500.0}


@pytest.mark.parametrize(
    "strange",
    ["a/" * 30_000, "/" * 65_000, "vigiterre/" + "x" * 65_000 + "/y/up", "vigiterre/building/" + "é" * 30_000 + "/up",
     "vigiterre//" + DEVICE + "/up", f"vigiterre/building/{DEVICE}/up/", "vigiterre/building/../up", "", EVIL],
    ids=["deep", "slashes", "long", "long name", "empty level", "one more level", "dots", "nothing", "controls"],
)  # fmt: skip
def test_a_deep_long_or_strange_topic_is_refused_with_few_words_and_kept(
    strange: str, registry: Registry, tmp_path: Path
) -> None:
    sieve = Sieve(registry, Formats({"native": decode}), Duplicates(), Frames())
    message = Message(strange, b'{"values": {"co2": 500}}', NOW)
    [found] = sieve.sift([Entry(1, message)]).refused
    assert found.refusal.reason in (Reason.WRONG_TOPIC, Reason.UNKNOWN_DEVICE)
    assert len(found.refusal.detail) < 500
    assert len(found.refusal.device) <= 80
    with Quarantine(tmp_path / "quarantine.sqlite", 1 << 40, 1 << 40) as quarantine:
        quarantine.add([Row(1, -1, message, found.refusal)])
        assert quarantine.list()[0].message() == message


STRANGE = ("vigiterre/" + "x" * 60_000 + "/y/up", "vigiterre/" + "a/" * 150 + "up", "vigiterre/\u202e/é/up")


def test_strange_topics_and_bombs_on_the_wire_stop_nothing(tmp_path: Path) -> None:
    """A real broker and a real process; the broker itself takes no NUL and no more than 65,535 bytes of topic."""
    store = f"sqlite:///{tmp_path}/s.sqlite"
    with (
        Mosquitto(tmp_path / "broker", durable=False) as broker,
        Vigiterre(tmp_path / "v", CONFIG, broker.url, store) as vigiterre,
    ):
        vigiterre.wait_for("vigiterre_mqtt_connected", 1)
        for name in STRANGE:
            publish_bytes(broker, name, b"{}")
        for bomb in BOMBS.values():
            publish_bytes(broker, topic(DEVICE), bomb)
        publish_bytes(broker, topic(DEVICE), b'{"values": {"co2": 500}}')
        vigiterre.wait_for("vigiterre_readings_stored_total", 1)
        assert vigiterre.metric("vigiterre_mqtt_reconnects_total") == 0
        assert vigiterre.get("/readyz")[0] == 200
        listing = "quarantine", "list", "--reason", "wrong_topic"
        for shown in (vigiterre.cli(*listing).stdout, vigiterre.cli(*listing, "--json").stdout):
            assert "\u202e" not in shown
        assert STRANGE[2] in {row["topic"] for row in json.loads(shown)}


# -- limits, on the real process


def test_a_device_over_its_limit_is_refused_and_named_and_its_neighbour_is_stored(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/s.sqlite"
    limit = {"VIGITERRE_LIMITS__READINGS_PER_HOUR": "20", "VIGITERRE_LANGUAGE": "en"}
    hour = int(time.time()) // 3_600 * 3_600 - 7 * 3_600
    body = '{{"time": {}, "values": {{"co2": {}}}}}'
    with (
        Mosquitto(tmp_path / "broker", durable=False) as broker,
        Vigiterre(tmp_path / "v", CONFIG, broker.url, store, **limit) as vigiterre,
    ):
        vigiterre.wait_for("vigiterre_mqtt_connected", 1)
        publish_lines(broker, topic(DEVICE), [body.format(hour + n, 400 + n) for n in range(100)])
        publish_lines(broker, topic(OTHER), [body.format(hour + n, 400 + n) for n in range(10)])
        vigiterre.wait_for("vigiterre_readings_received_total", 110)
        assert vigiterre.metric("vigiterre_readings_stored_total") == 30
        assert vigiterre.metric('vigiterre_readings_refused_total{reason="too_often"}') == 80
        log = vigiterre.log.read_text()
        assert log.count("device_over_limit") == 1
        found = json.loads(vigiterre.cli("doctor", "--json").stdout)
        [line] = [one for one in found if one["code"] == "quarantine.too_often"]
        assert line["level"] == "warning"
        assert line["found"].startswith(f"{DEVICE}: 80 readings refused")
        assert "quarantine replay --reason too_often" in line["remedy"]
        assert vigiterre.cli("quarantine", "replay", "--reason", "too_often").returncode == 0
        vigiterre.wait_for("vigiterre_readings_stored_total", 110)


@pytest.mark.parametrize("ending", ["terminate", "kill"])
def test_a_restart_gives_a_mad_device_no_bytes_anew(tmp_path: Path, ending: str) -> None:
    """Nor one of whom the journal of the last hour knows nothing, as hours later: then the file alone does."""
    size = len(json.dumps({"values": {"co2": 400}}))
    limit = {"VIGITERRE_LIMITS__BYTES_PER_DAY": str(10 * size)}
    port, store = free_port(), f"sqlite:///{tmp_path}/s.sqlite"
    vigiterre = Vigiterre(tmp_path / "v", CONFIG, f"mqtt://127.0.0.1:{port}", store, **limit)
    refused, file = 'vigiterre_readings_refused_total{reason="too_often"}', tmp_path / "v/data/limits.json"
    with Mosquitto(tmp_path / "broker", durable=False, port=port) as broker:
        with vigiterre:
            vigiterre.wait_for("vigiterre_mqtt_connected", 1)
            publish_lines(broker, topic(DEVICE), [json.dumps({"values": {"co2": 400 + n}}) for n in range(30)])
            vigiterre.wait_for("vigiterre_readings_received_total", 30)
            assert vigiterre.metric(refused) == 20
            if ending == "kill":
                vigiterre.kill()
        assert file.exists() == (ending == "terminate")
        if file.exists():
            kept = json.loads(file.read_text())
            assert sum(kept["devices"][DEVICE]["used"].values()) == 10 * size
            kept["devices"][OTHER] = kept["devices"][DEVICE]
            file.write_text(json.dumps(kept))
        with vigiterre:
            vigiterre.wait_for("vigiterre_mqtt_connected", 1)
            for device in (DEVICE, OTHER):
                publish_lines(broker, topic(device), [json.dumps({"values": {"co2": 500 + n}}) for n in range(5)])
            vigiterre.wait_for("vigiterre_readings_received_total", 10)
            assert vigiterre.metric(refused) == (10 if ending == "terminate" else 5)


# -- what is logged and shown


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What the log says, once it is configured."""
    before = structlog.get_config()
    yield lambda: capsys.readouterr().err
    structlog.configure(**before)


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("text", [EVIL, "x\x1b[31mred", "a\nb", "\u202e", "\x85", "\ud800"])
def test_nobodys_text_begins_a_line_of_the_log_or_moves_a_cursor(
    text: str, form: Literal["console", "json"], logged: Callable[[], str]
) -> None:
    logs.configure(LogSettings(format=form))
    structlog.get_logger().warning("said", topic=text, device=text, names=[text], error=ValueError(text))
    written = logged()
    assert written.count("\n") == 1
    assert written.endswith("\n")
    assert "said" in written
    if form == "json":
        assert json.loads(written)["event"] == "said"
    assert not any(letter in written[:-1] for letter in "\x1b\r\n\x07\u202e\x9b\u2028\x85")


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_line_of_a_trace_passes_for_one_of_the_log(
    form: Literal["console", "json"], logged: Callable[[], str]
) -> None:
    logs.configure(LogSettings(format=form))
    try:
        int(EVIL)
    except ValueError:
        structlog.get_logger().exception("failed")
    written = logged()
    assert "\x1b" not in written
    assert "forged" in written
    assert not any(line.startswith("2026-11-27 [error] forged") for line in written.splitlines())


def test_json_for_programs_moves_no_cursor_either_and_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([{"topic": EVIL}])
    shown = capsys.readouterr().out
    assert json.loads(shown) == [{"topic": EVIL}]
    assert not any(letter in shown for letter in "\x1b\r\x07\u202e\x9b\u2028\x85")


def test_nobodys_text_moves_the_cursor_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["topic"], [[EVIL]])
    shown = capsys.readouterr().out
    assert "\\u001b[2J" in shown
    assert not any(letter in shown for letter in "\x1b\r\x07\u202e\x9b\u2028")


class Named(BaseModel):
    name: str
    value: float | None


@given(st.text(), st.none() | st.floats(allow_nan=False, allow_infinity=False))
def test_no_cell_of_the_interface_for_programs_is_a_formula(name: str, value: float | None) -> None:
    text = csv_text(Named, [Named(name=name, value=value)])
    [_, [cell, number]] = list(csv.reader(io.StringIO(text, newline="")))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.endswith(name)
    assert (float(number) if number else None) == value


def test_nobody_makes_a_label_or_a_line_of_the_metrics() -> None:
    """Labels are reasons and kinds, all of them ours: what devices, topics and sources are called is in none."""
    counts = Counts()
    shown = Metrics(counts, []).text().decode()
    known = {reason.value for reason in Reason} | set(counts.events)
    labels = {
        value
        for family in text_string_to_metric_families(shown)
        for sample in family.samples
        for name, value in sample.labels.items()
        if name != "le"
    }
    assert labels == known
    with pytest.raises(KeyError):
        counts.events[EVIL] += 1


# -- mails


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_name_adds_a_header_or_a_receiver_to_a_mail(name: str) -> None:
    forged = f"{name}\r\nBcc: everybody@evil.example\n\nBody"
    composed = compose("n0", [case(alert(), name=forged)], "fr", "", NOW, "")
    relay = parse_relay("smtp://127.0.0.1:25/?plain=yes&from=a@b.example&to=c@d.example")
    message = message_of(channel("mail", ChannelKind.MAIL, ""), composed, relay)
    assert message["Bcc"] is None
    assert message["To"] == "c@d.example"
    head = message.as_bytes().partition(b"\n\n")[0]
    assert b"\nBcc" not in head


def test_a_refusal_quotes_no_more_than_the_quarantine_keeps(tmp_path: Path) -> None:
    """A device of 100 MB of details fills nothing."""
    with Quarantine(tmp_path / "quarantine.sqlite", 1 << 40, 1 << 40) as quarantine:
        refusal = Refusal(Reason.SCHEMA, "x" * 10_000_000, DEVICE)
        quarantine.add([Row(1, -1, Message(topic(DEVICE), b"y" * 10_000_000, NOW), refusal)])
        assert quarantine.bytes < 300_000
