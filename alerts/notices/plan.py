"""The plan of notices as values: channels, routes, rotas. What notify.toml says, without the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import SecretStr

from alerts.alert import Alert
from alerts.calendar import Calendar, Hours, instant, local
from alerts.notices.rota import Rota, WeekMoment
from alerts.rule import Level
from alerts.selector import Selector
from devices.problems import Language

NONE = SecretStr("")
GROUPING = {Level.CRITICAL: 0, Level.WARNING: 500, Level.INFO: 60_000}
"""ms a notice waits for others of its group, unless the rule or notify.toml says otherwise."""


class ChannelKind(StrEnum):
    """The key that says where it leads."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    APPRISE = "apprise"
    ROTA = "rota"


class Form(StrEnum):
    HTML = "html"
    """Text and HTML where the service takes both."""
    TEXT = "text"
    SHORT = "short"
    """The subject, what to do and the link: a text message is paid by its length."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to people or to a program."""

    name: str
    kind: ChannelKind
    address: SecretStr = NONE
    """URL of the service, with its credentials; "" for a rota."""
    key: SecretStr = NONE
    """WEBHOOK: signs the body."""
    rota: str = ""
    language: Language = "fr"
    form: Form = Form.HTML
    max_per_hour: int = 0
    """Notices; 0 is without limit."""
    allow_private: bool = False
    """WEBHOOK, APPRISE: it may lead into our own networks."""


class Step(NamedTuple):
    after: int
    """ms since people were told, without acknowledgement."""
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to which channels."""

    channels: tuple[str, ...]
    levels: frozenset[Level] = frozenset()
    """Empty is any."""
    selector: Selector = field(default_factory=Selector)
    rules: frozenset[str] = frozenset()
    """Empty is any."""
    calendar: Calendar | None = None
    """Only within its slots."""
    not_calendar: Calendar | None = None
    """Only outside its slots."""
    quiet: Hours | None = None
    """Hours in which INFO waits."""
    remind: int = 0
    """ms; 0 is never."""
    escalate: tuple[Step, ...] = ()

    def takes(self, alert: Alert, tags: tuple[str, ...], owner: str, now: int) -> bool:
        return (
            (not self.levels or alert.level in self.levels)
            and (not self.rules or alert.rule in self.rules)
            and self.selector.matches(alert.series, tags, owner)
            and (self.calendar is None or self.calendar.slot(now) is not None)
            and (self.not_calendar is None or self.not_calendar.slot(now) is None)
        )

    def quiet_until(self, level: Level, now: int) -> int:
        """When the quiet hours that hold `now` end, ms; `now` when nothing has to wait."""
        if self.quiet is None or level is not Level.INFO:
            return now
        today = local(now).date()
        for day in (today - timedelta(days=1), today):
            start = instant(day, self.quiet.start)
            end = instant(day, self.quiet.start + self.quiet.length)
            if start <= now < end:
                return end
        return now


@dataclass(frozen=True, slots=True)
class Heartbeat:
    url: SecretStr
    every: int
    """ms."""
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    channels: Mapping[str, Channel] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    grouping: Mapping[Level, int] = field(default_factory=lambda: dict(GROUPING))
    heartbeat: Heartbeat | None = None
    weekly: WeekMoment | None = None
    """When the weekly test goes out."""
    give_up: int = 86_400_000
    """ms after which a notice that nobody takes is given up."""

    def routes_of(self, alert: Alert, tags: tuple[str, ...], owner: str, now: int) -> list[Route]:
        return [route for route in self.routes if route.takes(alert, tags, owner, now)]

    def resolve(self, name: str, now: int) -> Channel | None:
        """The channel that takes what is meant for this one at `now`: of a rota, that of who is on duty.

        None when there is no such channel. The reader refuses rotas that lead into themselves.
        """
        channel = self.channels.get(name)
        while channel is not None and channel.kind is ChannelKind.ROTA:
            channel = self.channels.get(self.rotas[channel.rota].on_duty(now))
        return channel

    @property
    def used(self) -> tuple[str, ...]:
        """The channels that a route or one of its steps names, in order."""
        named = [name for route in self.routes for name in route.channels]
        named += [name for route in self.routes for step in route.escalate for name in step.channels]
        return tuple(dict.fromkeys(named))
