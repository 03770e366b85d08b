"""A whole Bilan: what the page and the PDF show alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from alerts.notices.case import Case
from dashboards.console.report.period import Period
from dashboards.console.report.summary import Points, summaries
from dashboards.console.report.texts import TEXTS
from dashboards.console.report.words import Breach, DeviceTable, breaches, clock, device_table, span
from devices.problems import Language
from devices.registry import Registry
from devices.schema import ROLLUP
from stores.port import Point

LISTED = 1_000
"""Alerts that are looked at, at most."""


@dataclass(frozen=True)
class Where:
    """Of which devices: those of a site, or all of a commune."""

    commune: str = ""
    site: str = ""

    def devices(self, registry: Registry, at: int) -> list[str]:
        """Those that stood there at that time, ms, in the order of the registry."""
        found = []
        for name, profile in registry.profiles.items():
            place = profile.place_at(at)
            if (not self.commune or place.commune == self.commune) and (not self.site or place.site == self.site):
                found.append(name)
        return found

    def name(self, registry: Registry) -> str:
        return self.site or registry.towns.get(self.commune, self.commune)


@dataclass(frozen=True)
class Bilan:
    title: str
    devices: Sequence[DeviceTable]
    breaches: Sequence[Breach]
    unfinished: bool
    made: str
    """When, in words."""


def bilan(
    registry: Registry,
    where: Where,
    period: Period,
    points: Callable[[str, str, int, int, str], Sequence[Point]],
    alerts: Callable[[int | None, str, int], Sequence[Case]],
    now: int,
    language: Language,
    *,
    persons: bool = True,
) -> Bilan:
    """`points` and `alerts` as in `Sources`; raises what they raise. `now` in ms.

    `persons`: with the quantities that may tell of persons.
    """
    names = where.devices(registry, min(period.end, now) - 1)
    hours: Points = lambda device, field: points(device, field, period.start, period.end, ROLLUP)  # noqa: E731
    end = min(period.end, now)
    found = summaries(registry, names, hours, period.start, end, persons=persons) if end > period.start else []
    chosen = set(names)
    told = [case for case in alerts(period.start, "", LISTED) if case.alert.series.device in chosen]
    title = TEXTS[language]["title_of"].format(place=where.name(registry), when=span(period, language))
    return Bilan(
        title,
        [device_table(one, language) for one in found],
        breaches(told, period, language),
        period.end > now,
        clock(now, language),
    )


def places(registry: Registry) -> tuple[Mapping[str, str], Sequence[str]]:
    """Communes (INSEE code -> name) and sites that have devices, for a form."""
    now_at = [device.placements[-1] for device in registry.devices.values()]
    codes = sorted({one.commune for one in now_at}, key=lambda code: registry.towns.get(code, code))
    return {code: registry.towns.get(code, code) for code in codes}, sorted({one.site for one in now_at})
