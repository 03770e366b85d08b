"""What the quarantine tells of devices: which sends more than it may, which takes more room than it may."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from devices.reading import Reason
from ingest.quarantine import Quarantine
from vigiterre.doctor.finding import Finding, warning

DAY_MS = 86_400_000
SHOWN = 5
"""Devices."""


def quarantine(data_dir: Path, now: int) -> list[Finding]:
    """`now` is ms. Nothing when all is well, and when it cannot be read, which others say. Raises NewerFormat."""
    try:
        with Quarantine.read_only(data_dir / "quarantine.sqlite") as opened:
            return [*_too_often(opened, now), *_cut(opened)]
    except (sqlite3.DatabaseError, OSError, UnicodeDecodeError):
        return []


def _too_often(opened: Quarantine, now: int) -> Iterator[Finding]:
    for device, refusals in opened.by_device(Reason.TOO_OFTEN, now - DAY_MS, SHOWN):
        yield warning("quarantine.too_often", device=device, count=refusals)


def _cut(opened: Quarantine) -> Iterator[Finding]:
    gone: dict[str, int] = {}
    for one in opened.cut:
        gone[one.device] = gone.get(one.device, 0) + one.refusals
    for device, refusals in list(gone.items())[:SHOWN]:
        yield warning("quarantine.cut" if device else "quarantine.cut_strangers", device=device, count=refusals)
