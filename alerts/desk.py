"""What the alerts keep of one device: its newest samples, and the rules on it that are not calm."""

from collections.abc import Mapping

from alerts.applied import Applied
from alerts.planning import NOTHING_PLANNED, Planned
from alerts.samples import Samples
from alerts.silent import SilentWatch
from alerts.watch import Watch
from devices.reading import Series


class Desk:
    __slots__ = ("applied", "heard", "known", "newest", "packed", "samples", "series", "silent", "watches")

    def __init__(self, series: Series, known: int) -> None:
        self.series = series
        """Where it stands, as its newest reading says."""
        self.applied, self.silent, _ = NOTHING_PLANNED
        """By rule, those that judge its values, and those that wait for its silence."""
        self.samples: dict[str, Samples] = {}
        """By quantity, only those that a rule looks at."""
        self.watches: dict[str, Watch | SilentWatch] = {}
        """By rule, only those that are not calm."""
        self.newest = 0
        """Event time of its newest reading, ms."""
        self.heard = 0
        """When its newest live reading was received, ms; 0 when none ever was."""
        self.known = known
        """Since when we wait to hear of it, ms."""
        self.packed: tuple[int, ...] = ()
        """`newest`, `heard` and how many watches when they were last written down."""

    def plan(self, plan: Planned) -> None:
        """The rules that apply to it from now on. Samples already here stay if a rule looks at them still."""
        self.applied, self.silent = plan.measured, plan.silent
        kept, self.samples = self.samples, {}
        for name, band in plan.bands.items():
            samples = self.samples[name] = kept.get(name) or Samples()
            samples.low, samples.high = band

    def forget(self, lateness: int) -> None:
        """Drop the samples that no rule looks at any more, and settle what is beyond the lateness window."""
        final = self.newest - lateness
        for watch in self.watches.values():
            if isinstance(watch, Watch):
                watch.settle(self.samples, final)
            else:
                watch.settle(watch.newest - lateness)
        reach = self._reach()
        for name, samples in self.samples.items():
            samples.forget(final - reach[name])

    def _reach(self) -> Mapping[str, int]:
        """By quantity, how far before an instant its judgement looks, ms."""
        found = dict.fromkeys(self.samples, 0)
        for one in self.applied.values():
            for name in one.quantities:
                found[name] = max(found[name], one.rule.window + one.hold)
        return found


def stirs(applied: Applied, values: Mapping[str, float]) -> bool:
    """A rule that is calm on a device may not be any more after these values."""
    if applied.always:
        return not applied.quantities.isdisjoint(values)
    value = values.get(applied.rule.quantity)
    if value is None:
        return False
    low, high = applied.band
    return not low < value < high
