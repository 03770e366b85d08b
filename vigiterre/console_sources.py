"""What the pages are shown, taken from where it lives. docs/architecture.md says why the pages know none of it."""

import platform
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from alerts.alert import Alert, Mute, Transition
from alerts.notices.case import Case
from dashboards.console.pieces.visible import holds
from dashboards.console.sources import (
    SEARCHED,
    Ask,
    Dropped,
    RawMessage,
    Refused,
    RefusedPage,
    Sample,
    Sources,
    Stay,
)
from devices.errors import VigiterreError
from ingest.quarantine import Refused as Kept
from stores.sqlite_file import said as said_of
from vigiterre.control import Command
from vigiterre.marking.platform import numbers
from vigiterre.metrics import Metrics
from vigiterre.moment import now_ms
from vigiterre.outline import outline
from vigiterre.service import Service
from vigiterre.texts import said

ASKED = frozenset({"alerts_ack", "alerts_mute", "alerts_unmute", "quarantine_replay", "quarantine_purge"})
"""What forms may ask of the process; the control socket takes more."""
TEXT_SEARCHED = 5_000
"""Refusals that are looked through for words."""
DROPPED_SHOWN = 20
"""Devices and reasons of which refusals were dropped."""
CHUNK = 1_000
"""Messages looked at before another thread gets its turn."""


def sources_of(
    service: Service,
    metrics: Metrics,
    checks: Callable[[], Mapping[str, str]],
    commands: Mapping[str, Command],
    samples: Callable[[], Sequence[Sample]],
) -> Sources:
    shown = Shown(service)
    return Sources(
        registry=lambda: service.registry,
        rules=lambda: service.alerting.config.rules,
        checks=checks,
        metrics=metrics.text,
        numbers=lambda: numbers(metrics),
        points=service.store.points,
        hours=service.store.hours,
        open_alerts=service.open_alerts,
        alerts=shown.alerts,
        history=shown.history,
        mutes=shown.mutes,
        refused=shown.refused,
        refused_one=shown.refused_one,
        refused_among=shown.refused_among,
        ask=asking(commands),
        versions=shown.versions,
        samples=samples,
        messages=shown.messages,
        outline=lambda: outline(service.folder),
    )


def asking(commands: Mapping[str, Command]) -> Ask:
    """Commands of this process, called in it; their progress interests no page."""

    async def ask(command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if command not in ASKED:
            raise VigiterreError(said("command_failed", detail=command))
        result: Mapping[str, Any] = {}
        async for reply in commands[command](arguments):
            result = reply.get("result", result)
        return result

    return ask


class Shown:
    """Functions that read a Service. They may block, `mutes` and `versions` apart."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def alerts(self, since: int | None, device: str, limit: int) -> list[Case]:
        alerting = self._service.alerting
        found = alerting.book.alerts(since=since, device=device, limit=limit)
        cases = alerting.look([alert.id for alert in found], now_ms())
        return [cases[alert.id] for alert in found if alert.id in cases]

    def history(self, number: int) -> tuple[Alert | None, list[Transition]]:
        alerting = self._service.alerting
        alert = alerting.unclosed.get(number) or alerting.book.alert(number)
        return alert, alerting.book.transitions(number) if alert is not None else []

    def mutes(self) -> list[Mute]:
        now = now_ms()
        return [mute for mute in list(self._service.alerting.mutes) if mute.end > now]

    def refused(self, filters: Mapping[str, str], offset: int, limit: int) -> RefusedPage:
        """By reason are counted those of the device, whatever the reason asked for: the tally is a choice."""
        quarantine = self._service.quarantine
        reason, device = filters.get("reason") or None, filters.get("device") or None
        if words := filters.get("text", ""):
            return self._refused_with(words, reason, device, offset, limit)
        with said_of(quarantine.path):
            dropped = [Dropped(*one) for one in quarantine.cut if device in (None, one.device)]
            counts = quarantine.count(device)
            rows = quarantine.list(reason=reason, device=device, limit=limit, offset=offset)
        total = sum(counts.values()) if reason is None else counts.get(reason, 0)
        return RefusedPage([_refused(row) for row in rows], total, counts, dropped[:DROPPED_SHOWN])

    def _refused_with(self, words: str, reason: str | None, device: str | None, offset: int, limit: int) -> RefusedPage:
        """Those that hold every word, among the newest TEXT_SEARCHED: a quarantine has no index of its texts."""
        quarantine = self._service.quarantine
        with said_of(quarantine.path):
            found = [
                row
                for row in quarantine.list(device=device, limit=TEXT_SEARCHED)
                if holds(f"{row.topic} {row.device} {row.detail}", words)
            ]
        counts = Counter(row.reason for row in found)
        chosen = [row for row in found if reason is None or row.reason == reason]
        return RefusedPage([_refused(row) for row in chosen[offset : offset + limit]], len(chosen), counts)

    def refused_one(self, number: int) -> Refused | None:
        quarantine = self._service.quarantine
        with said_of(quarantine.path):
            row = quarantine.get(number)
        return _refused(row) if row is not None else None

    def refused_among(self, stays: Collection[Stay]) -> Mapping[str, int]:
        quarantine = self._service.quarantine
        with said_of(quarantine.path):
            return quarantine.count_among(stays)

    def messages(self, device: str, limit: int) -> list[RawMessage]:
        """Read forwards, for that is how a journal is read; the last ones are mostly in memory."""
        journal, sieve = self._service.journal, self._service.ahead.sieve
        last = journal.last
        after = max(journal.first - 1, last - SEARCHED)
        found: deque[RawMessage] = deque(maxlen=limit)
        while after < last and (entries := journal.read(after, min(CHUNK, last - after))):
            after = entries[-1].seq
            found.extend(
                RawMessage(message.received, message.topic, message.payload, message.broker)
                for _, message in entries
                if not message.replayed and device in sieve.devices_of(message)
            )
        return [*reversed(found)]

    def versions(self) -> Mapping[str, str]:
        settings = self._service.settings
        return {
            "vigiterre": version("vigiterre"),
            "python": platform.python_version(),
            "store": _store(settings.store_url),
            "broker": _address(settings.mqtt.url),
        }


def _refused(row: Kept) -> Refused:
    return Refused(
        row.id, row.received, row.topic, row.device, row.reason, row.detail, row.size, row.sha256, row.payload
    )


def _store(url: str) -> str:
    """A file is not told by its path: whoever may read the page need not know our disk."""
    if url.startswith("sqlite:"):
        return f"SQLite {sqlite3.sqlite_version}"
    return "memory" if url.startswith("memory:") else f"InfluxDB, {_address(url)}"


def _address(url: str) -> str:
    """Without the user."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
