"""A sieve with limits, and what a device says to it."""

import json
from functools import cache
from pathlib import Path

from devices.load import load_registry
from devices.reading import Message
from devices.registry import Registry
from ingest.batch import Batch
from ingest.codecs.native import decode
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.limits import DAY_MS, HOUR_MS, Limits, RateLimits
from ingest.sift import Formats, Sieve

CONFIG = Path(__file__).parents[2] / "config"
NOW = 1_795_608_000_000
"""A full hour."""
assert NOW % HOUR_MS == 0
MAX_AGE = 30 * DAY_MS
DEVICE, OTHER = "college-moulins-s12", "college-moulins-s14"


@cache
def registry() -> Registry:
    return load_registry(CONFIG)


def careful(message: Message, device: str) -> object:
    """The same codec, but not the one by which the fast way knows its topics."""
    return decode(message, device)


def sieve(limits: Limits, *, here_until: int | None = NOW, codec: object = decode) -> Sieve:
    rates = RateLimits(limits, MAX_AGE)
    if here_until is not None:
        rates.here_until(here_until)
    return Sieve(registry(), Formats({"native": codec}), Duplicates(), Frames(), limits=rates)  # type: ignore[dict-item]


def said(received: int, value: int, time: int | None = None, device: str = DEVICE, **more: object) -> Message:
    body = {"values": {"co2": 400 + value}} | ({} if time is None else {"time": time})
    return Message(f"vigiterre/building/{device}/up", json.dumps(body).encode(), received, **more)  # type: ignore[arg-type]


def sifted(one: Sieve, messages: list[Message]) -> Batch:
    return one.sift([Entry(number, message) for number, message in enumerate(messages, 1)])
