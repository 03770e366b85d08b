"""Pains of docs/pains.md between us and the store: batches, back-pressure, types of fields, one way to ask."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from chaos.store_tap import Cut, Reply, Request, StoreTap
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.load import load_registry
from devices.reading import Message
from ingest.codecs import CODECS
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.mqtt import State
from ingest.sift import Formats, Sieve
from servers import Influxd, Mosquitto, Vigiterre, free_port, influx_rows, publish_lines, wait_until
from stores.open import open_store
from stores.port import Store
from vigiterre.checks import JOURNAL_SHARE, Checks
from vigiterre.moment import now_ms
from vigiterre.run import Run
from vigiterre.service import Service
from vigiterre.settings import Settings
from vigiterre.tls.terms import Terms

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / "config"
DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"
STORED = "vigiterre_readings_stored_total"
ACKNOWLEDGED = "vigiterre_mqtt_messages_acknowledged_total"
PAUSED = "vigiterre_mqtt_paused"
PROCESSED = "vigiterre_messages_processed_total"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto", durable=False) as mosquitto:
        yield mosquitto


class Moods:
    """Answers with what it was told, once each, then takes what it gets; lines of 777 ppm it never takes."""

    def __init__(self) -> None:
        self.told: list[Reply | None] = []
        """None: stored, and no answer."""

    def __call__(self, tap: StoreTap, request: Request) -> Reply:
        if not request.raw or b"co2=" not in request.body:
            return tap.forward(request)
        tap.refuse([line for line in request.body.split(b"\n") if b"co2=777" in line])
        reply = self.told.pop(0) if self.told else tap.forward(request)
        if reply is None:
            tap.forward(request)
            raise Cut
        return reply


TROUBLES: tuple[list[Reply | None], ...] = (
    [Reply(503)],
    [None],
    [Reply(429, b"", {"Retry-After": "1"})],
    [],
    [Reply(500, b'{"error":"engine: out of sorts"}'), None],
)
"""What the store does at first with each parcel."""


def parcel(first: int) -> list[str]:
    """Fifty messages: 42 good, 2 of them again, 3 unreadable, 2 implausible, 1 that the store will never take."""
    at = int(time.time()) - 100_000 + first
    good = [f'{{"time": {at + n}, "values": {{"co2": {400 + n}}}}}' for n in range(42)]
    return [
        *good,
        *good[:2],
        *['{"values": '] * 3,
        *[f'{{"time": {at + 42 + n}, "values": {{"co2": 1e9}}}}' for n in range(2)],
        f'{{"time": {at + 44}, "values": {{"co2": 777}}}}',
    ]


def test_p04_every_batch_ends_written_retried_or_quarantined_and_the_counts_sum_to_what_came(
    broker: Mosquitto, influxd: Influxd, unique: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        tap = StoreTap(influxd.port).start()
        stack.callback(tap.stop)
        moods = Moods()
        tap.behave(moods)
        store = f"influxdb://127.0.0.1:{tap.port}/{unique}"
        vigiterre = Vigiterre(tmp_path / "vigiterre", CONFIG, broker.url, store)
        stack.callback(vigiterre.stop)
        vigiterre.start()
        vigiterre.wait_for("vigiterre_mqtt_connected", 1)
        for number, troubles in enumerate(TROUBLES, 1):
            moods.told = [*troubles]
            publish_lines(broker, TOPIC, parcel(number * 1_000))
            vigiterre.wait_for(PROCESSED, number * 50)
        parcels = len(TROUBLES)
        refused = vigiterre.metric("vigiterre_readings_received_total") - vigiterre.metric(STORED)
        assert vigiterre.metric(PROCESSED) == parcels * 50
        assert (vigiterre.metric(STORED), refused) == (parcels * 42, parcels * 6)
        assert vigiterre.metric("vigiterre_readings_duplicate_total") == parcels * 2
        assert vigiterre.metric("vigiterre_store_retries_total") >= sum(len(one) for one in TROUBLES)
        assert vigiterre.metric('vigiterre_readings_refused_total{reason="store_refused"}') == parcels
        kept = json.loads(vigiterre.cli("quarantine", "list", "--json").stdout)
        assert len(kept) == refused
        assert {0, 400, 429, 500, 503} <= set(tap.statuses)
        rows = influx_rows(influxd, unique, "SELECT co2 FROM building WHERE time >= 0")
        assert len(rows) == parcels * 42


NOTE = "x" * 1_000


def long_lines(first: int) -> list[str]:
    at = int(time.time()) - 50_000 + first
    return [f'{{"time": {at + n}, "values": {{"co2": 500}}, "note": "{NOTE}"}}' for n in range(100)]


def settled(vigiterre: Vigiterre, published: int) -> bool:
    return vigiterre.metric(ACKNOWLEDGED) == published or vigiterre.metric(PAUSED) == 1


def test_p06_at_its_cap_the_journal_stops_the_acknowledgements_and_all_is_stored_once_the_store_is_there(
    broker: Mosquitto, tmp_path: Path
) -> None:
    port = free_port()
    vigiterre = Vigiterre(
        tmp_path / "vigiterre",
        CONFIG,
        broker.url,
        f"influxdb://127.0.0.1:{port}/full",
        VIGITERRE_JOURNAL__MAX_BYTES=str(2**20),
    )
    with vigiterre:
        vigiterre.wait_for("vigiterre_mqtt_connected", 1)
        parcels = 0
        while vigiterre.metric(PAUSED) != 1:
            assert parcels < 20, "a mebibyte holds no two million bytes"
            publish_lines(broker, TOPIC, long_lines(parcels * 100))
            parcels += 1
            wait_until(partial(settled, vigiterre, parcels * 100), "an acknowledgement or a pause")
        publish_lines(broker, TOPIC, long_lines(parcels * 100))
        parcels += 1
        acknowledged = vigiterre.metric(ACKNOWLEDGED)
        assert 0.7 * 2**20 < vigiterre.metric("vigiterre_journal_waiting_bytes") <= 2**20
        assert acknowledged < parcels * 100
        status, body = vigiterre.get("/readyz")
        assert status == 503
        assert {"journal_full", "store"} <= {name for name, words in json.loads(body)["checks"].items() if words}
        with Influxd(tmp_path / "influxd", port=port) as influxd:
            vigiterre.wait_for(STORED, parcels * 100)
            assert vigiterre.metric(ACKNOWLEDGED) == parcels * 100
            assert len(influx_rows(influxd, "full", "SELECT co2 FROM building WHERE time >= 0")) == parcels * 100
            wait_until(lambda: vigiterre.get("/readyz")[0] == 200, "200")


def test_p06_at_seventy_percent_of_its_cap_the_journal_is_a_matter_for_a_person(tmp_path: Path) -> None:
    service = Service(Settings(data_dir=tmp_path, store={"url": "memory:"}, journal={"max_bytes": 2**20}), CONFIG)
    checks = Checks(service, lambda: State(connected=True), dict, Terms(Settings(), None))
    said: dict[bool, str] = {}
    share = 0.0
    while share < JOURNAL_SHARE:
        service._append([Message(TOPIC, NOTE.encode(), now_ms())] * 20)
        share = service.journal.undone_bytes(service.undone) / 2**20
        said[share >= JOURNAL_SHARE] = checks.words(now_ms())["journal"]
    assert said[False] == ""
    assert "plein à 7" in said[True]
    service.close()


def test_p06_what_is_held_in_memory_fits_into_the_smallest_journal_that_settings_allow(tmp_path: Path) -> None:
    """Or it would be refused for ever, and nothing would come in again."""
    service = Service(Settings(data_dir=tmp_path, store={"url": "memory:"}, journal={"max_bytes": 2**20}), CONFIG)
    broker = Run(service).receiver._broker
    one_read = 256 * 1024
    for size in (1, 1_000, 100_000):
        count = min(broker.buffer_messages, (broker.buffer_bytes + one_read) // size + 1)
        service.journal.append([Message(TOPIC, b"x" * max(1, size - len(TOPIC)), now_ms())] * count)
        service.journal.expire(now_ms(), service.journal.last)
    service.close()


@pytest.fixture(scope="module")
def database(influxd: Influxd) -> Iterator[Store]:
    store = open_store(influxd.url("p08"), None, raw_days=0, rollup_days=0)
    store.ensure_schema()
    yield store
    store.close()


VALUE = st.one_of(
    st.integers(-(2**70), 2**70),
    st.integers(0, 2_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 50),
    st.booleans(),
    st.text(max_size=8),
    st.none(),
    st.lists(st.integers(), max_size=2),
)
NAMES = ("co2", "air_temperature", "relative_humidity", "battery_level", "rssi", "nonsense")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.dictionaries(st.sampled_from(NAMES), VALUE, min_size=1), min_size=1, max_size=6))
def test_p08_whatever_values_a_device_sends_influxdb_takes_all_that_was_accepted(
    database: Store, bodies: list[dict[str, object]]
) -> None:
    """After a float an int, after an int a bool or a text: of these only what is a number gets so far, as a float."""
    sieve = Sieve(REGISTRY, Formats(CODECS), Duplicates(), Frames())
    at = now_ms()
    entries = [
        Entry(n, Message(TOPIC, json.dumps({"values": body}).encode(), at + n)) for n, body in enumerate(bodies, 1)
    ]
    batch = sieve.sift(entries)
    database.write(batch.readings)
    assert {type(value) for one in batch.readings for value in one.values.values()} <= {float}
    named = {one.entry.seq for one in batch.refused} | {entry.seq for entry, _ in batch.origins}
    assert named == {entry.seq for entry in entries}


REGISTRY = load_registry(CONFIG)


def test_p23_only_stores_know_the_wire_of_a_database_and_nothing_is_asked_in_flux() -> None:
    """`doctor` and the check of the dashboards ask through `stores.influx_http`, as the stores do."""
    rooms = ("devices", "stores", "alerts", "ingest", "dashboards", "vigiterre", "config")
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".json", ".yaml")]
    flux = re.compile(r"from\(bucket|\|>\s*range|/api/v2/query")
    wire = re.compile(r"/api/v2/write|/api/v3/|import influxdb_client|from influxdb_client|[\"'/]write\?")
    ours = [path for path in files if "static" not in path.parts and "assets" not in path.parts]
    assert [path for path in ours if flux.search(path.read_text())] == []
    assert {path.relative_to(ROOT).parts[0] for path in ours if wire.search(path.read_text())} <= {"stores"}
