"""LORIOT: `cmd` says what the message is. `rx` comes at once, `gw` again with all gateways, for the same frame.

Event time: `ts`, ms, the same in both; then the earliest gateway of `gws`. `rx` knows one gateway and does not say how
many heard it. `data` is hex; `encdata` alone is an uplink that LORIOT has no key for.
Source: LORIOT documentation, Application API data format.
"""

import re
from collections.abc import Mapping

from devices.cells import eui
from ingest.codecs.envelopes.events import UNKNOWN
from ingest.codecs.envelopes.fields import Fields, encrypted, envelope
from ingest.codecs.envelopes.radio import GATEWAYS, Reception, percent, radio
from ingest.codecs.envelopes.times import earliest, first, instant, milliseconds
from ingest.codecs.uplink import Event, Uplink

UPLINKS = ("rx", "gw")
KINDS = {"tx": "downlink", "txd": "txack", "join": "join", "otaa": "join"}
DATA_RATE = re.compile(r"SF(\d{1,2})(?:\s?BW\d+.*)?", re.ASCII)


def read(message: Fields, levels: Mapping[str, str]) -> Uplink | Event:  # noqa: ARG001  -- the shape always says
    """One message. Raises DecodeError when it is an uplink that cannot be read."""
    command = message.word("cmd") or ("rx" if "data" in message or "fcnt" in message else "")
    if command in UPLINKS:
        return _uplink(message)
    return Event(KINDS.get(command, UNKNOWN), eui(message.word("EUI")) or "")


def _uplink(message: Fields) -> Uplink:
    address = message.eui("EUI")
    if "data" not in message and message.word("encdata"):
        raise encrypted(f"{message.at}encdata", f"give LORIOT the application session key of {address}")
    gateways = message.each("gws")
    return Uplink(
        address=address,
        time=first(
            milliseconds(message.found.get("ts")),
            earliest(
                first(milliseconds(one.found.get("ts")), instant(one.found.get("time"), utc=True)) for one in gateways
            ),
        ),
        port=message.port("port"),
        counter=message.counter("fcnt"),
        payload=message.hex("data"),
        health=_health(message, gateways),
    )


def _health(message: Fields, gateways: list[Fields]) -> dict[str, float]:
    alone = Reception("", message.number("rssi"), message.number("snr"))
    heard = [Reception(one.word("gweui"), one.number("rssi"), one.number("snr")) for one in gateways]
    health = radio(heard or [alone], _spreading_factor(message))
    if not gateways:
        del health[GATEWAYS]
    return health | percent(message.number("bat"))


def _spreading_factor(message: Fields) -> float | None:
    written = DATA_RATE.fullmatch(message.word("dr"))
    return float(written[1]) if written else None


decode = envelope(read)
