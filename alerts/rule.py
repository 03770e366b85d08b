"""Rules as values: what is watched, where and when it counts, and what breaches it. No file, no clock.

A rule has one to three levels. Each level is a Threshold of its own with its own delays; the alert of a rule on a
device stands at the highest level that fires.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

from alerts.selector import Selector


class Level(IntEnum):
    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """`info`, `warning`, `critical`: as it stands in files, topics and JSON."""
        return self.name.lower()


class Kind(StrEnum):
    MEASURED = "measured"
    """Judges the values of a quantity."""
    SILENT = "silent"
    """No valid reading for `factor` times the expected interval of the model; a device never heard included."""
    PLATFORM = "platform"
    """One of the checks of our own process, by its name on /readyz."""


class Measure(StrEnum):
    """What is compared with the limits."""

    VALUE = "value"
    """The value itself."""
    MEAN = "mean"
    """Mean over `window`: each value holds until the next, at most `hold`; decibels by energy, by the catalogue."""
    MAX = "max"
    MIN = "min"
    SUM = "sum"
    RATE = "rate"
    """Change per hour between the oldest value in `window` and this one."""
    INCREASE = "increase"
    """Of a counter over `window`: sum of its rises, a fall being a reset."""


class Limit(NamedTuple):
    """A number; or a parameter of the device, or another quantity of it, plus a number (0 by default)."""

    number: float
    param: str = ""
    """`device.alert_level` is Limit(0.0, param="alert_level")."""
    quantity: str = ""
    """`quantity.dew_point + 0.5` is Limit(0.5, quantity="dew_point")."""


class Condition(NamedTuple):
    """Met when the value is at or above `above`, at or below `below`, or one of `states`. Exactly one is given."""

    quantity: str
    above: Limit | None = None
    below: Limit | None = None
    states: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class Threshold:
    """One level of a rule."""

    level: Level
    above: Limit | None = None
    below: Limit | None = None
    states: frozenset[float] = frozenset()
    clear: Limit | None = None
    """Hysteresis: raised until the value is at or below it (`above`), or at or above it (`below`). None for states,
    which are clear as soon as the value is none of them, for `silent` and for platform checks."""
    factor: float = 0.0
    """Kind SILENT: this many expected intervals."""
    delay: int = 0
    """`for`, ms: raised this long without a gap before it fires."""
    keep: int = 0
    """`keep_firing_for`, ms: it goes on firing this long after it is clear."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    kind: Kind
    title: dict[str, str]
    """`fr` and `en`: a few words, such as "Verglas probable"."""
    action: dict[str, str]
    """`fr` and `en`: what to do."""
    levels: tuple[Threshold, ...]
    """Ascending by level; each level at most once."""
    selector: Selector = field(default_factory=Selector)
    quantity: str = ""
    measure: Measure = Measure.VALUE
    window: int = 0
    """ms; 0 for VALUE."""
    when: tuple[Condition, ...] = ()
    """All must be met, on the newest values of the same device, for the rule to be raised."""
    message: dict[str, str] = field(default_factory=dict)
    """`fr` and `en`: Jinja2 templates of the sentence that says what is; {} for the ordinary sentence."""
    runbook: str = ""
    """URL or path of the page that says what to do at length."""
    calendar: str = ""
    """It counts only within the slots of this calendar; "" is always."""
    season: tuple[tuple[int, int], tuple[int, int]] | None = None
    """((month, day), (month, day)), both included, over New Year too."""
    valid: tuple[int | None, int | None] = (None, None)
    """[from, until) in ms: when a legal threshold is in force."""
    source: str = ""
    """Where the threshold comes from."""
    check: str = ""
    """Kind PLATFORM: the name of the check."""
    group: str = "site"
    """Alerts of this rule that share it may share a notice: device, site, commune, domain or all."""
    wait: int | None = None
    """ms a notice waits for others of its group; None is that of the level (notify.toml)."""
    reopen: int = 900_000
    """ms after it resolved in which the same alert is opened again instead of a new one."""
