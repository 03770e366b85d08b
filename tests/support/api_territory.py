"""The read API of the shipped territory, with readings and alerts that tests know."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from consoles import REGISTRY, RULES, console_of, sources_of
from starlette.routing import BaseRoute
from telling import case

from alerts.alert import Alert, Transition, What
from alerts.rule import Level
from dashboards.console.api.page import routes
from dashboards.console.present import Present
from dashboards.console.sources import RefusedPage
from devices.reading import Reading, Series
from stores.memory import MemoryStore
from stores.rollup import roll_up

NOW = 1_795_608_000_000
"""25 November 2026, 13:00 in Paris."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
DEVICE = "d2009-saint-pourcain"


def series_of(device: str) -> Series:
    return REGISTRY.profiles[device].series_at(NOW)


def alert(number: int, level: Level = Level.CRITICAL, device: str = DEVICE, **given: Any) -> Alert:
    opened = NOW - number * HOUR
    found = Alert(
        number,
        "black_ice",
        series_of(device),
        level,
        level,
        opened,
        opened - MINUTE,
        quantity="road_surface_temperature",
        value=-0.8,
        threshold=0.0,
    )
    return replace(found, **given)


def store_of(readings: Iterable[Reading]) -> MemoryStore:
    """A store with these, and their hours rolled up."""
    store, known = MemoryStore(), list(readings)
    store.write(known)
    hours: dict[tuple[Series, int], list[Reading]] = {}
    for one in known:
        hours.setdefault((one.series, one.time // HOUR * HOUR), []).append(one)
    for (_, hour), several in hours.items():
        store.write_rollups(roll_up(several, REGISTRY.quantities, hour))
    return store


def days_of(device: str = DEVICE, days: int = 2) -> list[Reading]:
    """One reading every ten minutes until now: the temperature of the road is the hour of the day, UTC."""
    times = range(NOW - days * DAY, NOW, 10 * MINUTE)
    return [Reading(series_of(device), time, {"road_surface_temperature": float(time % DAY // HOUR)}) for time in times]


def api(readings: Iterable[Reading] | None = None, raw_days: int = 90, **given: Any) -> list[BaseRoute]:
    """Its routes; `given` are sources."""
    known = days_of() if readings is None else list(readings)
    alerts = [alert(1), alert(2, Level.WARNING), alert(3, resolved=NOW - HOUR, ended=NOW - HOUR)]
    rule = RULES["black_ice"]
    cases = [case(one, rule) for one in alerts]

    def history(number: int) -> tuple[Alert | None, list[Transition]]:
        found = next((one for one in alerts if one.id == number), None)
        steps = [Transition(number, found.opened, found.opened, What.FIRED, found.level, -0.8)] if found else []
        return found, steps

    nothing: dict[str, Any] = {
        "points": store_of(known).points,
        "open_alerts": lambda: [one for one in cases if one.alert.open],
        "alerts": lambda _since, device, limit: [one for one in cases if device in ("", one.alert.series.device)][
            :limit
        ],
        "history": history,
        "refused": lambda _filters, _offset, _limit: RefusedPage([], 3, {"schema": 2, "too_old": 1}),
        "versions": lambda: {"vigiterre": "1.0.0"},
    }
    present = Present()
    present.take(known)
    return routes(console_of(sources_of(**(nothing | given)), present), raw_days=raw_days, clock=lambda: NOW)
