"""One uplink is one reading: copies take the first one's time, others are others."""

from ingest.codecs.uplink import Uplink
from ingest.frames import WINDOW_MS, First, Frames

NOW = 1_795_608_000_000
UPLINK = Uplink("0102030405060708", NOW, 2, 41, b"\x01\x67\x00\xd7")


def test_a_copy_has_the_time_of_the_first_however_it_differs() -> None:
    frames = Frames()
    assert frames.first("d", UPLINK, NOW, NOW + 500) is None
    copy = UPLINK._replace(time=NOW + 80, health={"rssi": -120.0})
    assert frames.first("d", copy, NOW + 80, NOW + 900) == First(NOW, NOW + 500)


def test_another_device_counter_port_or_payload_is_another_uplink() -> None:
    frames = Frames()
    frames.first("d", UPLINK, NOW, NOW)
    others = [UPLINK._replace(counter=42), UPLINK._replace(port=3), UPLINK._replace(payload=b"\x01")]
    assert [frames.first("d", other, NOW, NOW) for other in others] == [None] * 3
    assert frames.first("e", UPLINK, NOW, NOW) is None


def test_a_counter_used_again_much_later_is_another_uplink() -> None:
    frames = Frames()
    frames.first("d", UPLINK, NOW, NOW)
    later = NOW + WINDOW_MS
    assert frames.first("d", UPLINK._replace(time=later), later, later) is None


def test_what_has_no_counter_is_never_a_copy() -> None:
    frames = Frames()
    assert [frames.first("d", UPLINK._replace(counter=None), NOW, NOW) for _ in range(2)] == [None, None]


def test_objects_tell_uplinks_apart_where_the_server_keeps_the_bytes() -> None:
    frames = Frames()
    decoded = UPLINK._replace(payload=None, fields={"t": 1})
    assert frames.first("d", decoded, NOW, NOW) is None
    assert frames.first("d", decoded, NOW, NOW) is not None
    assert frames.first("d", decoded._replace(fields={"t": 2}), NOW, NOW) is None


def test_memory_is_bounded() -> None:
    frames = Frames(kept=10)
    for number in range(1_000):
        frames.first("d", UPLINK._replace(counter=number), NOW, NOW)
    assert len(frames._young) + len(frames._old) <= 20
