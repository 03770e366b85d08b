"""The life of an alert: what is known of one, what can happen to it, and what keeps people from being told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from alerts.rule import Level
from alerts.selector import Selector
from devices.reading import Series

PLATFORM = "platform"
"""The domain of alerts about ourselves; their device is OURSELVES."""
OURSELVES = "vigiterre"


class What(StrEnum):
    """What happened to an alert. The codes are stable: history, CSV and webhooks carry them."""

    FIRED = "fired"
    LEVEL = "level"
    """It went to another level; the detail says from which."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CORRECTED = "corrected"
    """Late data moved its beginning or its end."""
    WITHDRAWN = "withdrawn"
    """Late data, or a change of the rule, says that it should not have been."""
    ACKNOWLEDGED = "acknowledged"
    NOTICED = "noticed"
    """People were told: the detail names the channels."""
    ESCALATED = "escalated"
    REMINDED = "reminded"


class Status(StrEnum):
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Alert:
    """One alert: a rule on a device, from when it fired until it resolved. Times are ms."""

    id: int
    rule: str
    series: Series
    """Domain, device, model, site and commune where it fired."""
    level: Level
    """Where it stands, or stood last."""
    peak: Level
    """The highest it reached."""
    opened: int
    """Event time from which it fires: that of the breach plus `for`."""
    raised: int
    """Event time of the breach."""
    resolved: int | None = None
    """Event time at which it ended."""
    quantity: str = ""
    value: float | None = None
    """What was compared when it was last heard of, in the unit of the quantity (an hour's change for RATE)."""
    threshold: float | None = None
    """What it was compared with."""
    seen: int = 0
    """Event time of that value."""
    detail: str = ""
    """Of an alert about ourselves: what the check says, in the language of the installation."""
    found: int = 0
    """Wall clock when we opened it."""
    ended: int = 0
    """Wall clock when we resolved it; 0 while open."""
    live: bool = False
    """A live reading says so: only then people are told. A replay opens alerts that nobody is paged for."""
    late: bool = False
    """It was over when it was found; nobody was told, ever."""
    withdrawn: bool = False
    reopened: int = 0
    """How many times."""
    acknowledged: int = 0
    """Wall clock; 0 while nobody has."""
    acknowledged_by: str = ""
    comment: str = ""
    # What was said of it to people; alerts/dispatch.py decides.
    noticed: int = 0
    """Wall clock of the first notice of this opening; 0 before."""
    noticed_level: int = 0
    steps: int = 0
    """Escalation steps taken."""
    reminded: int = 0
    """Wall clock of the last notice or reminder."""
    closed: bool = False
    """Its end was said, or nobody need be told."""

    @property
    def open(self) -> bool:
        return self.resolved is None and not self.withdrawn

    @property
    def status(self) -> Status:
        if self.withdrawn:
            return Status.WITHDRAWN
        if self.resolved is not None:
            return Status.RESOLVED
        return Status.ACKNOWLEDGED if self.acknowledged else Status.FIRING


class Transition(NamedTuple):
    """One line of the history of an alert."""

    alert: int
    time: int
    """Event time, ms."""
    at: int
    """Wall clock when we knew, ms."""
    what: What
    level: Level
    value: float | None = None
    detail: str = ""
    """Who and why, from which level, by which channels."""


class MuteKind(StrEnum):
    SILENCE = "silence"
    """Nobody is told of what it selects."""
    MAINTENANCE = "maintenance"
    """The same, because somebody works there; reports and dashboards show the window."""


class Mute(NamedTuple):
    """A silence or a maintenance window: within [start, end), wall clock in ms, nobody is told."""

    id: int
    kind: MuteKind
    selector: Selector
    rules: frozenset[str]
    """Only of these rules; empty is any."""
    start: int
    end: int
    who: str
    comment: str
    created: int

    def covers(self, alert: Alert, tags: tuple[str, ...], owner: str, now: int) -> bool:
        return (
            self.start <= now < self.end
            and (not self.rules or alert.rule in self.rules)
            and self.selector.matches(alert.series, tags, owner)
        )
