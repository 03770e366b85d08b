"""The disk of data_dir: room for the journal, the right to write, and how long a confirmed write takes."""

import getpass
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from ingest.journal_reader import JournalReader
from vigiterre.doctor.finding import Finding, error, number, ok, size, warning

LOW = 2**30
FULL = 200 * 2**20
"""Bytes free: below LOW a warning, below FULL an error. Engineering judgement: a day, and an hour, of system logs."""
SLOW_MS = 100.0
"""Engineering judgement: ten times what a laptop's disk needs; on a local SSD it is below 5 ms."""
SYNCS = 5
BLOCK = b"\0" * 4096


def disk(data_dir: Path, journal_bytes: int, *, low: int = LOW, full: int = FULL) -> list[Finding]:
    """`journal_bytes` is what the journal may come to hold (journal.max_bytes)."""
    place, user = _nearest(data_dir), account()
    try:
        findings = _room(data_dir, place, journal_bytes, low, full)
    except PermissionError:
        return [error("disk.unwritable", path=data_dir, user=user)]
    if not os.access(place, os.W_OK | os.X_OK) or not place.is_dir():
        return [*findings, error("disk.unwritable", path=place, user=user)]
    findings.append(ok("disk.writable" if place == data_dir else "disk.not_there", path=data_dir, user=user))
    return [*findings, _sync(place)]


def account() -> str:
    """Who runs this command; a number where the account has no name, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _room(data_dir: Path, place: Path, journal_bytes: int, low: int, full: int) -> list[Finding]:
    free = shutil.disk_usage(place).free
    facts = {"path": place, "free": size(free)}
    if free < full:
        return [error("disk.low", least=size(full), **facts)]
    if free < low:
        return [warning("disk.low", least=size(low), **facts)]
    growth = journal_bytes - JournalReader(data_dir / "journal").bytes
    if growth > free:
        return [warning("disk.journal_beyond", growth=size(growth), **facts)]
    return [ok("disk.free", **facts)]


def _sync(place: Path) -> Finding:
    """An unnamed file: nothing is left behind, whatever happens."""
    took = []
    try:
        with tempfile.TemporaryFile(dir=place, buffering=0) as file:
            for _ in range(SYNCS):
                file.write(BLOCK)
                started = time.perf_counter()
                os.fsync(file.fileno())
                took.append((time.perf_counter() - started) * 1000)
    except OSError as fault:
        return error("disk.sync_failed", path=place, detail=fault.strerror)
    median = statistics.median(took)
    facts = {"ms": number(median, 2), "n": SYNCS}
    return warning("disk.sync_slow", **facts) if median > SLOW_MS else ok("disk.sync", **facts)


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest folder above it that exists."""
    path = path.absolute()
    return next(one for one in (path, *path.parents) if one.exists())
