"""Where the pages take what they show, and what their forms do. The pages know no other room's objects."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from alerts.alert import Alert, Mute, Transition
from alerts.notices.case import Case
from alerts.rule import Rule
from devices.editing_files import InventoryFiles
from devices.problems import Problem
from devices.registry import Registry
from stores.port import Hour, Point


class Refused(NamedTuple):
    """A row of the quarantine."""

    id: int
    received: int
    """ms"""
    topic: str
    device: str
    reason: str
    detail: str
    size: int
    """Bytes of the message as it came."""
    sha256: str
    kept: bytes
    """Its first 64 kB."""


class Dropped(NamedTuple):
    """Refusals of one device that had to give way to its own newer ones."""

    device: str
    """"" for strangers."""
    reason: str
    refusals: int


class RefusedPage(NamedTuple):
    rows: Sequence[Refused]
    total: int
    by_reason: Mapping[str, int]
    dropped: Sequence[Dropped] = ()
    """Of those who held more than their share of the room; the most first."""


class Stay(NamedTuple):
    """A device in one place, or in one of several, all the while: [start, end), time in ms."""

    device: str
    start: int
    end: int


SEARCHED = 50_000
"""Messages of all devices among which those of one are looked for: more would take the pages too long."""


class RawMessage(NamedTuple):
    """A message as it came, from the journal."""

    received: int
    """ms"""
    topic: str
    payload: bytes
    broker: str = ""
    """The foreign broker it came from; "" is our own."""


class Sample(NamedTuple):
    """All numbers at one moment, for rates."""

    time: int
    """ms, by a clock that nobody sets."""
    numbers: Mapping[str, float]


Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""A command of the running process (`alerts_ack`, `alerts_mute`, `alerts_unmute`, `quarantine_replay`,
`quarantine_purge`) with its arguments -> its result. Raises VigiterreError with words for people."""


Reload = Callable[[], Awaitable[Sequence[Problem]]]


async def _not_reloaded() -> Sequence[Problem]:
    return ()


class Credential(NamedTuple):
    """What a device gets into the broker with; shown once."""

    user: str
    password: str
    address: str
    """host:port of the broker as devices reach it."""
    url: str
    """All of it in one, for a QR code."""
    topic: str
    """Where it publishes its readings."""

    def __repr__(self) -> str:
        return f"Credential({self.user!r})"


class Keys(NamedTuple):
    """Credentials of devices. Both may block, and raise VigiterreError with words for people."""

    since: Callable[[str], int | None]
    """Device -> since when it has the one in force, ms; None where it has none."""
    give: Callable[[str, bool], Credential]
    """Device, whether in place of one in force -> a new one."""


@dataclass(frozen=True)
class Sources:
    """Functions that may block are called in a thread; they raise StoreUnavailable with words for people."""

    registry: Callable[[], Registry]
    rules: Callable[[], Mapping[str, Rule]]
    checks: Callable[[], Mapping[str, str]]
    """Name of a check -> "" when well, else what is wrong in plain words."""
    metrics: Callable[[], bytes]
    """The text of /metrics."""
    numbers: Callable[[], Mapping[str, float]]
    """The same as numbers: name without `vigiterre_` (a label's value appended with `_`) -> value."""
    points: Callable[[str, str, int, int, str], Sequence[Point]]
    """device, field, start, end (ms), policy -> values in order of time. May block."""
    hours: Callable[[str, str, int, int], Sequence[Hour]]
    """device, quantity, start, end (ms) -> hours of the roll-ups in order of time. May block."""
    open_alerts: Callable[[], Sequence[Case]]
    alerts: Callable[[int | None, str, int], Sequence[Case]]
    """since (ms) or None, device or "", limit -> alerts, the newest first, those that ended too. May block."""
    history: Callable[[int], tuple[Alert | None, Sequence[Transition]]]
    """Number of an alert -> the alert and its transitions, oldest first. May block."""
    mutes: Callable[[], Sequence[Mute]]
    """Silences and maintenance windows that are not over."""
    refused: Callable[[Mapping[str, str], int, int], RefusedPage]
    """Filters (`reason`, `device`), offset, limit -> newest first. May block."""
    refused_one: Callable[[int], Refused | None]
    """May block."""
    refused_among: Callable[[Collection[Stay]], Mapping[str, int]]
    """Stays -> how many refusals are kept of what was received in them, by reason. May block."""
    ask: Ask
    versions: Callable[[], Mapping[str, str]]
    """What runs: vigiterre, python, store, broker."""
    samples: Callable[[], Sequence[Sample]] = tuple
    """`numbers` of the last minutes, one every few seconds, the oldest first."""
    messages: Callable[[str, int], Sequence[RawMessage]] = lambda _device, _limit: ()
    """device, limit -> its last messages, the newest first, among the last SEARCHED of all devices. May block."""
    outline: Callable[[], bytes | None] = lambda: None
    """GeoJSON of the territory's outline, or None where there is none. May block."""
    inventory: InventoryFiles | None = None
    """The files that commissioning writes; None where there are none to write."""
    keys: Keys | None = None
    """None where devices get no credentials from here."""
    reload: Reload = _not_reloaded
    """Takes the configuration up that is on disk -> what was wrong with it, if anything: the old one stays then."""
