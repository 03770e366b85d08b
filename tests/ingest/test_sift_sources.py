"""Messages of other formats: which device, what is read, what is kept out, and what a copy or a replay does."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from devices.device import Device, Placement
from devices.errors import DecodeError
from devices.load import load_registry
from devices.model import Field, Model
from devices.reading import Message, Reason
from devices.registry import Registry, registry_of
from ingest.batch import WHOLE_MESSAGE, Batch
from ingest.codecs import CODECS
from ingest.codecs.job import Job, Outcome
from ingest.codecs.uplink import Decoded, Event, Heard, Uplink
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.sift import Formats, Sieve
from ingest.sources import Source, Sources

CONFIG = Path(__file__).parents[2] / "config"
NOW = 1_795_608_000_000
EUI = "0102030405060708"
TOPIC = "net/x/up"


def server(message: Message, levels: Mapping[str, str]) -> Heard:
    """A network server made up for the test: a list of Uplinks and Events in JSON."""
    if not message.payload:
        raise DecodeError("the payload is empty")
    if message.payload == b"bug":
        raise KeyError("bug")
    found: list[Uplink | Event] = []
    for one in json.loads(message.payload):
        if "kind" in one:
            found.append(Event(one["kind"]))
        else:
            payload = bytes.fromhex(one.pop("hex")) if "hex" in one else None
            found.append(Uplink(**{"address": levels["who"], **one}, payload=payload))
    return found


def tenths(payload: bytes, port: int | None) -> Sequence[Decoded]:
    if port == 9:
        raise ZeroDivisionError
    if len(payload) != 2:
        raise DecodeError(f"offset 0: 2 bytes expected, {len(payload)} found")
    return [Decoded({"t": int.from_bytes(payload, "big") / 10})]


def sandbox(jobs: Sequence[Job]) -> Sequence[Outcome]:
    return [DecodeError("x.js: no") if job.payload == b"\x00" else [Decoded({"t": job.payload[0]})] for job in jobs]


@pytest.fixture(scope="module")
def registry() -> Registry:
    shipped = load_registry(CONFIG)
    field = (Field("t", "air_temperature", "Cel"),)
    models = [Model(codec, "", "", codec, 600, field, ()) for codec in ("tenths", "x.js", "object")]
    place = (Placement("s", "s", "03190", None, None, None),)
    devices = [
        Device("probe", "tenths", "road", "", "", (), {}, place, EUI),
        Device("script", "x.js", "road", "", "", (), {}, place, alias="Salle 3/script"),
        Device("decoded", "object", "road", "", "", (), {}, place, "0807060504030201"),
    ]
    return registry_of(shipped.quantities.values(), models, devices)


@pytest.fixture
def sieve(registry: Registry) -> Sieve:
    topics = Sources((Source("net", "net/{who}/up", "server"), Source("far", "net/{who}/up", "server", broker="tts")))
    formats = Formats(CODECS, {"server": server}, {"tenths": tenths}, topics, sandbox)
    return Sieve(registry, formats, Duplicates(), Frames())


def message(*heard: Mapping[str, object], who: str = EUI, at: int = NOW) -> Message:
    return Message(f"net/{who}/up", json.dumps(heard).encode(), at)


def sift(sieve: Sieve, *messages: Message) -> Batch:
    return sieve.sift(Entry(number, one) for number, one in enumerate(messages, start=1))


def values(batch: Batch) -> list[tuple[int, dict[str, float]]]:
    return [(reading.time - NOW, reading.values) for reading in batch.readings]


UP = {"time": NOW - 5_000, "port": 2, "counter": 41, "hex": "00d7", "health": {"rssi": -98.0}}


def test_an_uplink_becomes_a_reading_with_the_health_of_its_radio(sieve: Sieve) -> None:
    batch = sift(sieve, message(UP))
    assert values(batch) == [(-5_000, {"rssi": -98.0, "air_temperature": 21.5})]
    assert batch.readings[0].series.device == "probe"
    assert batch.refused == []


@pytest.mark.parametrize("who", ["01:02:03:04:05:06:07:08", "0102030405060708", "01-02-03-04-05-06-07-08", "probe"])
def test_a_device_is_found_by_its_eui_however_written_and_by_its_id(sieve: Sieve, who: str) -> None:
    assert len(sift(sieve, message(UP, who=who)).readings) == 1


def test_a_device_is_found_by_its_alias_and_its_script_runs(sieve: Sieve) -> None:
    batch = sift(sieve, message({**UP, "address": "Salle 3/script", "hex": "15"}))
    assert values(batch) == [(-5_000, {"rssi": -98.0, "air_temperature": 21.0})]


def test_what_the_server_decoded_is_taken_where_the_model_asks_for_it_or_no_bytes_came(sieve: Sieve) -> None:
    by_server = {"address": "0807060504030201", "time": NOW, "port": 2, "counter": 1, "fields": {"t": "21,5 °C"}}
    assert values(sift(sieve, message(by_server))) == [(0, {"air_temperature": 21.5})]
    no_bytes = {"time": NOW, "port": 2, "counter": 2, "fields": {"t": 7}}
    assert values(sift(sieve, message(no_bytes))) == [(0, {"air_temperature": 7.0})]


def test_a_model_without_codec_says_what_to_do_when_the_server_decoded_nothing(sieve: Sieve) -> None:
    [refused] = sift(sieve, message({**UP, "address": "0807060504030201"})).refused
    assert refused.refusal.reason is Reason.UNDECODABLE
    assert "give the device a codec on the server, or the model one of its own" in refused.refusal.detail


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        ({**UP, "hex": "00"}, "offset 0: 2 bytes expected, 1 found"),
        ({**UP, "port": 9}, "ZeroDivisionError"),
        ({**UP, "address": "script", "hex": "00"}, "x.js: no"),
    ],
)
def test_an_unreadable_payload_is_refused_and_its_health_kept(
    sieve: Sieve, heard: Mapping[str, object], words: str
) -> None:
    batch = sift(sieve, message(heard))
    assert words in batch.refused[0].refusal.detail
    assert values(batch) == [(-5_000, {"rssi": -98.0})]
    assert batch.partial == 1


def test_a_frame_without_payload_tells_the_battery_alone(sieve: Sieve) -> None:
    batch = sift(sieve, message({"time": NOW, "counter": 3, "health": {"battery_level": 88.3}}))
    assert values(batch) == [(0, {"battery_level": 88.3})]


def test_events_and_messages_without_measurement_are_counted_and_silent(sieve: Sieve) -> None:
    batch = sift(sieve, message({"kind": "join"}, {"kind": "log"}), message({"time": NOW, "port": 0, "hex": "00d7"}))
    assert batch.events == ["join", "log"]
    assert batch.ignored == 1
    assert (batch.readings, batch.refused) == ([], [])


def test_an_unknown_device_is_refused_with_the_name_it_was_called(sieve: Sieve) -> None:
    [refused] = sift(sieve, message(UP, who="ffffffffffffffff")).refused
    assert refused.refusal.reason is Reason.UNKNOWN_DEVICE
    assert refused.refusal.device == "ffffffffffffffff"
    assert refused.item == WHOLE_MESSAGE


@pytest.mark.parametrize(("payload", "words"), [(b"", "the payload is empty"), (b"bug", "codec server failed")])
def test_an_unreadable_envelope_is_refused_whole(sieve: Sieve, payload: bytes, words: str) -> None:
    [refused] = sift(sieve, Message(TOPIC, payload, NOW)).refused
    assert words in refused.refusal.detail
    assert refused.refusal.reason is Reason.UNDECODABLE


def test_a_huge_message_of_a_source_is_refused(sieve: Sieve) -> None:
    [refused] = sift(sieve, Message(TOPIC, b" " * 300_000, NOW)).refused
    assert refused.refusal.reason is Reason.TOO_LARGE


def test_neighbours_of_a_bad_uplink_in_one_message_are_stored(sieve: Sieve) -> None:
    batch = sift(
        sieve, message(UP, {**UP, "counter": 42, "hex": ""}, {**UP, "counter": 43, "hex": "00"}, UP | {"counter": 44})
    )
    assert len(batch.readings) == 4
    assert [refused.item for refused in batch.refused] == [2_000]


def test_copies_are_one_reading_at_the_first_one_s_time(sieve: Sieve) -> None:
    copies = [message({**UP, "time": NOW - 5_000 + late}, at=NOW + late) for late in (0, 80, 900)]
    batch = sift(sieve, *copies)
    assert (len(batch.readings), batch.duplicates) == (1, 2)


def test_a_replayed_copy_writes_the_first_one_s_point_again(sieve: Sieve) -> None:
    copies = [message({**UP, "time": NOW - 5_000 + late}, at=NOW + late) for late in (0, 80)]
    sift(sieve, *copies)
    batch = sift(sieve, *(one._replace(replayed=True) for one in copies))
    assert [reading.time for reading in batch.readings] == [NOW - 5_000] * 2
    assert batch.duplicates == 0


def test_what_was_stored_before_a_restart_is_remembered(sieve: Sieve, registry: Registry) -> None:
    after = Sieve(registry, sieve.formats, Duplicates(), Frames())
    after.remember([Entry(1, message(UP))])
    batch = sift(after, message({**UP, "time": NOW}))
    assert (batch.readings, batch.duplicates) == ([], 1)


def test_a_foreign_broker_s_topics_are_its_own(sieve: Sieve) -> None:
    far = message(UP)._replace(broker="tts")
    assert len(sift(sieve, far).readings) == 1
    elsewhere = far._replace(broker="other")
    [refused] = sift(sieve, elsewhere).refused
    assert refused.refusal.reason is Reason.WRONG_TOPIC
    native = Message("vigiterre/road/probe/up", b'{"values": {}}', NOW, broker="tts")
    assert sift(sieve, native).refused[0].refusal.reason is Reason.WRONG_TOPIC


def test_the_devices_of_a_message_are_told_for_a_replay(sieve: Sieve) -> None:
    assert sieve.devices_of(message(UP, {**UP, "address": "script"})) == {"probe", "script"}
    assert sieve.devices_of(Message("vigiterre/road/probe/up", b"", NOW)) == {"probe"}
    for odd in (Message("elsewhere", b"", NOW), Message(TOPIC, b"", NOW), Message(TOPIC, b'[{"kind": "join"}]', NOW)):
        assert sieve.devices_of(odd) == set()


def test_a_retained_message_without_a_time_is_no_reading(sieve: Sieve) -> None:
    retained = message({"port": 2, "counter": 5, "hex": "00d7"})._replace(retained=True)
    batch = sift(sieve, retained)
    assert (batch.readings, batch.ignored) == ([], 1)


def test_a_payload_that_carries_its_own_times_keeps_them(registry: Registry, sieve: Sieve) -> None:
    def logbook(payload: bytes, _port: int | None) -> Sequence[Decoded]:
        return [Decoded({"t": one}, NOW - 60_000 * number) for number, one in enumerate(payload)]

    formats = sieve.formats._replace(payloads={"tenths": logbook})
    batch = sift(Sieve(registry, formats, Duplicates(), Frames()), message({**UP, "hex": "0a0b"}))
    assert values(batch) == [
        (-5_000, {"rssi": -98.0}),
        (0, {"air_temperature": 10.0}),
        (-60_000, {"air_temperature": 11.0}),
    ]
