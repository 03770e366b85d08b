"""A fault: in which file, at which place, what is wrong and what to do, in French and in English."""

from collections.abc import Mapping
from typing import NamedTuple

from dashboards.grafana.check.loose import Tree, words
from dashboards.grafana.check.texts import FAULTS, PLACES
from devices.problems import NOTHING, SEPARATOR, Bilingual, Language, in_language


class Fault(NamedTuple):
    file: str
    """Path below the folder that was checked."""
    place: Bilingual
    """`panel 7 "Température", target A`; NOTHING for the whole file."""
    code: str
    """A key of FAULTS; stable."""
    facts: Mapping[str, object] = {}
    """What the text of the code needs."""

    def text(self, language: Language) -> str:
        """`file: place: what is wrong and what to do`."""
        parts = (self.file, self.place.text(language), self.sentence(language))
        return SEPARATOR[language].join(part for part in parts if part)

    def sentence(self, language: Language) -> str:
        return FAULTS[self.code][language].format(**in_language(self.facts, language))

    def row(self, language: Language) -> dict[str, object]:
        """As a flat object."""
        place, found = self.place.text(language), self.sentence(language)
        return {"kind": "fault", "file": self.file, "place": place, "code": self.code, "found": found}


def at_panel(panel: Tree, ref: str = "", path: str = "") -> Bilingual:
    """`panel 7 "Température", target A, options.legend`."""
    place = Bilingual.of(PLACES["panel"], id=panel.get("id", "?"), title=words(panel, "title"))
    return within(Bilingual.of(PLACES["target"], place=place, ref=ref) if ref else place, path)


def at_variable(name: str, path: str = "") -> Bilingual:
    return within(Bilingual.of(PLACES["variable"], name=name), path)


def at_annotation(name: str, path: str = "") -> Bilingual:
    return within(Bilingual.of(PLACES["annotation"], name=name), path)


def at(path: str) -> Bilingual:
    """A place that needs no words: `groups[Vigiterre].rules[vigiterre-lag].for`."""
    return Bilingual(path, path)


def within(place: Bilingual, path: str) -> Bilingual:
    if not path:
        return place
    return Bilingual.of(PLACES["within"], place=place, path=path) if place != NOTHING else at(path)
