"""What panels say, in one language: labels, units, states and thresholds from the catalogue and the rules."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grafana_foundation_sdk.models.dashboard import (
    DashboardRangeMapOptions,
    RangeMap,
    Threshold,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

from alerts.rule import Level, Rule
from devices.errors import VigiterreError
from devices.problems import Bilingual, Language
from devices.quantity import Quantity
from devices.registry import Registry
from devices.schema import ROLLUP

GOOD, INFO, WARNING, CRITICAL, UNKNOWN = "green", "blue", "orange", "red", "#808080"
COLOURS = {0: GOOD, Level.INFO: INFO, Level.WARNING: WARNING, Level.CRITICAL: CRITICAL}
UNITS = {
    "%": "percent",
    "1": "none",
    "A": "amp",
    "Cel": "celsius",
    "V": "volt",
    "W/m2": "Wm2",
    "[NTU]": "suffix:NTU",
    "[ppm]": "ppm",
    "cm": "suffix:cm",
    "dB": "dB",
    "dB[SPL]": "suffix:dB(A)",
    "dB{mW}": "dBm",
    "deg": "degree",
    "hPa": "pressurehpa",
    "kV.A{reactive}": "kvoltampreact",
    "kW": "kwatt",
    "kW.h": "kwatth",
    "km/h": "velocitykmh",
    "lx": "lux",
    "m": "lengthm",
    "m/s": "velocityms",
    "m3": "m3",
    "m3/s": "flowcms",
    "mg/L": "suffix:mg/L",
    "mm": "lengthmm",
    "mm/h": "suffix:mm/h",
    "uS/cm": "suffix:µS/cm",
    "ug/m3": "conμgm3",
}
"""UCUM code -> Grafana's unit id; what Grafana has no unit for is written behind the number."""
NONE = "none"
FRANCE = (46.5, 2.5, 6)
TILE_PIXELS, MAP_PIXELS = 256, 600
"""Width of the world at zoom 0, and what a map panel shows of it for certain."""
DEGREE_RATIO = 1.45
"""A degree of latitude is so many times as long as one of longitude, at 46.5 degrees north."""
SMALLEST_SPAN = 0.02
_DOUBLE = re.compile(r" ([:;!?%»])")
_OPENING = re.compile(r"« ")


@dataclass(frozen=True)
class Legend:
    """A territory in one language, as far as dashboards name it."""

    language: Language
    registry: Registry
    rules: Mapping[str, Rule]
    console: str = ""
    """URL of the pages, or ""."""
    view: tuple[float, float, int] = field(default=FRANCE)
    """Latitude, longitude and zoom at which a map opens."""

    def say(self, fr: str, en: str) -> str:
        return typeset(fr) if self.language == "fr" else en

    def quantity(self, name: str) -> Quantity:
        """Raises VigiterreError for one that the territory's catalogue lacks."""
        if name not in self.registry.quantities:
            raise VigiterreError(missing("quantities.toml", name))
        return self.registry.quantities[name]

    def policy(self, *quantities: str, otherwise: str) -> str:
        """Where they are asked for: one that may tell of persons by the hour only, whatever the range of time."""
        return ROLLUP if any(self.quantity(name).personal for name in quantities) else otherwise

    def rule(self, name: str) -> Rule:
        """Raises VigiterreError for one that the territory does without."""
        if name not in self.rules:
            raise VigiterreError(missing("rules.toml", name))
        return self.rules[name]

    def label(self, quantity: str) -> str:
        return self.quantity(quantity).label[self.language]

    def unit(self, quantity: str) -> str:
        code = self.quantity(quantity).unit
        return UNITS.get(code, NONE if code.startswith("{") else f"suffix:{code}")

    def models_with(self, *quantities: str) -> list[str]:
        """Ids of the models that measure at least one of them."""
        models = self.registry.models.values()
        return sorted(one.id for one in models if any(each.quantity in quantities for each in one.fields))

    def states(self, quantity: str, colours: Mapping[int, str]) -> list[ValueMapping]:
        """Number -> word of the catalogue, in the colour given."""
        states = self.quantity(quantity).states.items()
        return values(((number, label[self.language], colours.get(number, UNKNOWN)) for number, label in states))

    def levels(self) -> list[ValueMapping]:
        """Level of an alert -> word and colour; 0 is none."""
        words = (
            (0, self.say("rien", "none")),
            (Level.INFO, self.say("information", "information")),
            (Level.WARNING, self.say("vigilance", "warning")),
            (Level.CRITICAL, self.say("critique", "critical")),
        )
        return values((int(level), word, COLOURS[level]) for level, word in words)

    def yes_no(self, yes: str = WARNING, no: str = GOOD) -> list[ValueMapping]:
        return values([(0, self.say("non", "no"), no), (1, self.say("oui", "yes"), yes)])

    def rule_titles(self) -> list[ValueMapping]:
        """Rule id -> its title, wherever a table or a legend shows one."""
        titles = {name: ValueMappingResult(text=rule.title[self.language]) for name, rule in self.rules.items()}
        return [ValueMap(options=dict(sorted(titles.items())))]

    def steps(self, rule: str, *, below: bool | None = None) -> list[Threshold]:
        """The fixed limits of a rule as steps of a panel, its levels' colours on the side where it fires.

        Limits that a device or another quantity sets are left out, and so is a rule that a territory does without.
        `below` is found from the rule where None.
        """
        limits = list(self._fixed(rule))
        falling = any(down for *_, down in limits) if below is None else below
        arrange = falling_steps if falling else rising_steps
        return arrange([(number, colour) for number, colour, _ in limits])

    def limits(self, *rules: str) -> list[Threshold]:
        """The fixed limits of rules as lines of a curve, each in the colour of its level."""
        return drawn({number: colour for rule in rules for number, colour, _ in self._fixed(rule)}.items())

    def _fixed(self, rule: str) -> Iterator[tuple[float, str, bool]]:
        """(limit, colour of its level, whether it fires below)."""
        for one in self.rules[rule].levels if rule in self.rules else ():
            for limit in (one.above, one.below):
                if limit and not limit.param and not limit.quantity:
                    yield limit.number, COLOURS[one.level], one.below is not None

    def actions(self, rules: Iterable[str]) -> str:
        """What to do, rule by rule, as Markdown."""
        chosen = [self.rules[name] for name in rules if name in self.rules]
        return "\n".join(f"- **{one.title[self.language]}** : {one.action[self.language]}" for one in chosen)


def missing(file: str, name: str) -> Bilingual:
    """What a dashboard says of a name that a territory's files lack."""
    return Bilingual(
        typeset(f"{file} n'a pas « {name} », que des tableaux de bord nomment : remettez-le, ou ôtez-y ces cadres"),
        f'{file} has no "{name}", which dashboards name: put it back, or remove these panels from them',
    )


def typeset(french: str) -> str:
    """No-break spaces where French sets them: before : ; ! ? % and inside « »."""
    return _OPENING.sub("«\N{NO-BREAK SPACE}", _DOUBLE.sub("\N{NO-BREAK SPACE}\\1", french))


def legend_of(registry: Registry, rules: Mapping[str, Rule], language: Language, console: str = "") -> Legend:
    """The legend of a territory; its maps open on all of its devices."""
    return Legend(language, registry, rules, console, view_of(registry))


def view_of(registry: Registry) -> tuple[float, float, int]:
    """Middle and zoom of the map that shows every device; France where nobody says where they stand."""
    placements = [placement for device in registry.devices.values() for placement in device.placements]
    known = [
        (one.latitude, one.longitude) for one in placements if one.latitude is not None and one.longitude is not None
    ]
    if not known:
        return FRANCE
    latitudes, longitudes = zip(*known, strict=True)
    span = max(max(longitudes) - min(longitudes), (max(latitudes) - min(latitudes)) * DEGREE_RATIO, SMALLEST_SPAN)
    zoom = math.floor(math.log2(MAP_PIXELS * 360 / (TILE_PIXELS * span)))
    middle = ((min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2)
    return round(middle[0], 2), round(middle[1], 2), zoom


def values(states: Iterable[tuple[int, str, str]]) -> list[ValueMapping]:
    """(number, word, colour) -> mappings."""
    return [
        ValueMap(
            options={
                str(number): ValueMappingResult(text=word, color=colour, index=index)
                for index, (number, word, colour) in enumerate(states)
            }
        )
    ]


def ranges(spans: Iterable[tuple[float | None, float | None, str, str]]) -> list[ValueMapping]:
    """(from, to, word, colour) -> mappings; None is open."""
    return [
        RangeMap(
            options=DashboardRangeMapOptions(
                from_val=start, to=end, result=ValueMappingResult(text=word, color=colour, index=index)
            )
        )
        for index, (start, end, word, colour) in enumerate(spans)
    ]


def rising_steps(limits: Iterable[tuple[float, str]]) -> list[Threshold]:
    """Green below the lowest limit, then each limit's colour from it upwards."""
    return [Threshold(None, GOOD), *(Threshold(number, colour) for number, colour in sorted(limits))]


def drawn(limits: Iterable[tuple[float, str]]) -> list[Threshold]:
    """Lines on a curve: each limit in its own colour, nothing below the lowest."""
    return [Threshold(None, "transparent"), *(Threshold(number, colour) for number, colour in sorted(limits))]


def falling_steps(limits: Iterable[tuple[float, str]]) -> list[Threshold]:
    """Each limit's colour below it, green above the highest."""
    ordered = sorted(limits)
    colours = [colour for _, colour in ordered] + [GOOD]
    starts: list[float | None] = [None, *(number for number, _ in ordered)]
    return [Threshold(start, colour) for start, colour in zip(starts, colours, strict=True)]
