"""What people ask of the alerts at work: acknowledge, mute, end a mute.

Only the process that tells people can do it; without one it is not done.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from alerts.alert import PLATFORM, Alert, Mute, MuteKind
from alerts.alerting import Alerting
from alerts.planning import selected
from alerts.selector import NAMES, Selector
from alerts.selector_file import read_names, read_selector
from devices.device import DOMAINS
from devices.errors import VigiterreError
from devices.problems import Bilingual, Problem
from devices.tables import Document, Table
from vigiterre.control import Command
from vigiterre.texts import said

Replies = AsyncIterator[dict[str, Any]]


class AlertOperations:
    """`clock` gives the wall clock, ms."""

    def __init__(self, alerting: Alerting, clock: Callable[[], int]) -> None:
        self.alerting = alerting
        self.clock = clock

    def commands(self) -> Mapping[str, Command]:
        return {
            "alerts_ack": self.acknowledge,
            "alerts_mute": self.mute,
            "alerts_unmute": self.unmute,
            "alerts_broken": self.broken,
        }

    async def acknowledge(self, arguments: Mapping[str, Any]) -> Replies:
        """{ids, who, comment} -> {acknowledged, already, over, unwritten}: how many, and whether the disk refuses.

        Raises VigiterreError, with nothing done, when one of the ids does not exist.
        """
        known = await asyncio.to_thread(self._look, list(dict.fromkeys(arguments["ids"])))
        over = sum(not alert.open for alert in known)
        numbers = [alert.id for alert in known]
        done = await self.alerting.acknowledge(numbers, arguments["who"], arguments["comment"], self.clock())
        yield {
            "result": {
                "acknowledged": len(done),
                "already": len(known) - over - len(done),
                "over": over,
                "unwritten": bool(self.alerting.trouble),
            }
        }

    async def mute(self, arguments: Mapping[str, Any]) -> Replies:
        """{kind, selector, rules, start, end (ms), who, comment} -> {id, devices, alerts}.

        How many devices it covers, and how many alerts that are open. Raises VigiterreError for what is none of the
        territory's: it would mute nothing.
        """
        now = self.clock()
        selector, rules = self._read(arguments["selector"], arguments["rules"])
        kind, start, end = MuteKind(arguments["kind"]), arguments["start"], arguments["end"]
        mute = Mute(0, kind, selector, rules, start, end, arguments["who"], arguments["comment"], now)
        added = await self.alerting.mute(mute, now)
        at = max(start, now)
        alerts = sum(self._covers(added, alert, at) for alert in self.alerting.unclosed.values() if alert.open)
        yield {"result": {"id": added.id, "devices": self._devices(selector, rules, at), "alerts": alerts}}

    async def unmute(self, arguments: Mapping[str, Any]) -> Replies:
        """{id, kind} -> {}. Raises VigiterreError when there is none of this number and kind that is not over."""
        number, kind, now = arguments["id"], arguments["kind"], self.clock()
        there = any(one.id == number and one.kind == kind for one in self.alerting.mutes)
        if not there or not await self.alerting.unmute(number, now):
            raise VigiterreError(said("no_such_mute", id=number))
        yield {"result": {}}

    async def broken(self, _arguments: Mapping[str, Any]) -> Replies:
        """{} -> {broken}: rule -> the last line of the traceback of what keeps it from being judged."""
        broken = self.alerting.engine.broken
        yield {"result": {"broken": {rule: trace.strip().splitlines()[-1] for rule, trace in broken.items()}}}

    def _look(self, numbers: Sequence[int]) -> list[Alert]:
        found = {n: self.alerting.unclosed.get(n) or self.alerting.book.alert(n) for n in numbers}
        if unknown := sorted(number for number, alert in found.items() if alert is None):
            raise VigiterreError(said("no_such_alert", id=", ".join(map(str, unknown))))
        return [alert for alert in found.values() if alert is not None]

    def _read(self, values: Mapping[str, Any], rules: Sequence[str]) -> tuple[Selector, frozenset[str]]:
        problems: list[Problem] = []
        given: dict[str, object] = {name: list(values[name]) for name in NAMES if values.get(name)}
        if rules:
            given["rules"] = list(rules)
        table = Table(Document("", "", problems), given)
        selector = read_selector(table, self.alerting.registry, (*DOMAINS, PLATFORM))
        chosen = read_names(table, "rules", self.alerting.config.rules)
        if problems:
            texts = {"fr": [one.text("fr") for one in problems], "en": [one.text("en") for one in problems]}
            raise VigiterreError(Bilingual("\n".join(texts["fr"]), "\n".join(texts["en"])))
        return selector, chosen

    def _covers(self, mute: Mute, alert: Alert, at: int) -> bool:
        device = self.alerting.registry.devices.get(alert.series.device)
        return mute.covers(alert, device.tags if device else (), device.owner if device else "", at)

    def _devices(self, selector: Selector, rules: frozenset[str], at: int) -> int:
        """How many devices it is about."""
        registry = self.alerting.registry
        judged = selected({name: self.alerting.config.rules[name] for name in rules}, registry, at)
        among = {device for devices in judged.values() for device in devices}
        return sum(
            selector.matches(profile.series_at(at), profile.device.tags, profile.device.owner)
            for name, profile in registry.profiles.items()
            if not rules or name in among
        )
