"""Every network server says the same uplink in its own words. The messages of tests/data/envelopes are made up."""

from pathlib import Path

from devices.reading import Message
from ingest.codecs.envelopes import ENVELOPES
from ingest.codecs.uplink import Uplink

FOLDER = Path(__file__).parent.parent / "data" / "envelopes"
HEARD_AT = 1_795_468_445_123
"""2026-11-23T21:14:05.123Z, ms."""


def heard(name: str, codec: str) -> Uplink:
    (found,) = ENVELOPES[codec](Message("t", (FOLDER / name).read_bytes(), 0), {})
    assert isinstance(found, Uplink)
    return found


def test_chirpstack_v4_says_an_uplink() -> None:
    assert heard("chirpstack-v4_up.json", "chirpstack-v4") == Uplink(
        "70b3d5e75e0a1b2c",
        HEARD_AT,
        2,
        0,
        bytes.fromhex("016700e2"),
        {"temperature": 22.6, "frost": False},
        {"rssi": -97, "snr": 7.25, "gateways": 3, "spreading_factor": 8},
    )
