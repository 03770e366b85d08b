"""Small territories for tests of the alerts: a registry, rules, an engine, without any file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from alerts.engine import Engine
from alerts.rule import Kind, Level, Limit, Measure, Rule, Threshold
from alerts.selector import Selector
from devices.device import Device, Placement
from devices.model import Field, Model
from devices.quantity import Aggregate, Quantity
from devices.quantity import Kind as QuantityKind
from devices.reading import Reading
from devices.registry import Registry, registry_of

MINUTE = 60_000
START = 1_768_000_000_000
"""January 2026, in ms."""


def quantity(name: str, kind: QuantityKind = QuantityKind.GAUGE, aggregate: Aggregate = Aggregate.MEAN) -> Quantity:
    states = {n: {"fr": str(n), "en": str(n)} for n in range(5)} if kind is QuantityKind.STATE else {}
    return Quantity(name, {"fr": name, "en": name}, "1", -1000.0, 1e6, kind, aggregate, states, "test")


QUANTITIES = (
    quantity("surface"),
    quantity("dew_point"),
    quantity("state", QuantityKind.STATE, Aggregate.DURATION),
    quantity("volume", QuantityKind.COUNTER, Aggregate.LAST),
)
MODEL = Model("station", "Test", "Station", "native", 600, tuple(Field(one.id, one.id, "1") for one in QUANTITIES), ())


def device(name: str, site: str = "site-a", **params: float | str) -> Device:
    place = Placement(site, f"Place of {name}", "03190", 46.5, 3.3, None)
    return Device(name, "station", "road", "departement-03", "", ("test",), params, (place,))


def registry(*devices: Device) -> Registry:
    return registry_of(QUANTITIES, [MODEL], devices or [device("d1")])


def threshold(level: Level = Level.WARNING, **given: object) -> Threshold:
    """Numbers become limits; `delay` and `keep` in minutes."""
    minutes = {name: int(given.pop(name, 0)) * MINUTE for name in ("delay", "keep")}  # type: ignore[call-overload]
    limits = {
        name: Limit(value) if isinstance(value, float | int) and name != "factor" else value
        for name, value in given.items()
    }
    return replace(Threshold(level), **minutes, **limits)  # type: ignore[arg-type]


def rule(name: str, *levels: Threshold, **given: object) -> Rule:
    words = {"fr": name, "en": name}
    found = Rule(name, Kind.MEASURED, words, words, levels, Selector(), "surface", Measure.VALUE, reopen=0)
    return replace(found, **given)  # type: ignore[arg-type]


def month_day(time_ms: int) -> tuple[int, int]:
    day = datetime.fromtimestamp(time_ms / 1000, UTC)
    return day.month, day.day


def engine(*rules: Rule, among: Registry | None = None, now: int = START, lateness: int = 60 * MINUTE) -> Engine:
    return Engine({one.id: one for one in rules}, {}, among or registry(), month_day, now, lateness=lateness)


def reading(among: Registry, name: str, time: int, values: Mapping[str, float]) -> Reading:
    return Reading(among.profiles[name].series_at(time), time, dict(values))
