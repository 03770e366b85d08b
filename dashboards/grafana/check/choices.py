"""Variables of a dashboard as the store fills them, and the settings a person would try."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dashboards.grafana.check.asking import Asker
from dashboards.grafana.check.boards import variables
from dashboards.grafana.check.fault import Fault, at_variable
from dashboards.grafana.check.files import BoardFile
from dashboards.grafana.check.interpolation import Chosen, Span, interpolated, options
from dashboards.grafana.check.loose import Tree, trees, words
from dashboards.grafana.check.queries import POLICY
from devices.errors import StoreUnavailable
from devices.schema import RAW

ALL = "All"


class Choice(NamedTuple):
    """A variable and what it offers."""

    name: str
    offered: tuple[str, ...]
    first: Chosen
    """All, where there is such; else its first value."""
    multi: bool
    every: bool
    """It has All."""

    def one(self, value: str) -> Chosen:
        return Chosen((value,), self.multi)


class Resolved(NamedTuple):
    choices: dict[str, Choice]
    faults: list[Fault]

    def first(self) -> dict[str, Chosen]:
        """What the dashboard opens with: All everywhere, raw readings."""
        return {name: choice.first for name, choice in self.choices.items()}


def resolved(board: BoardFile, asker: Asker, span: Span) -> Resolved:
    """In the order of the dashboard, each asked with those before it. Raises StoreUnavailable when nobody answers."""
    found = Resolved({}, [])
    for variable in variables(board.document):
        name = words(variable, "name")
        try:
            offered = _offered(variable, asker, found.first(), span)
        except StoreUnavailable as error:
            facts = {"setting": _shown(found.first()), "error": error}
            found.faults.append(Fault(board.file, at_variable(name), "query_error", facts))
            offered = []
        except re.error as error:
            found.faults.append(Fault(board.file, at_variable(name), "bad_regex", {"error": error}))
            offered = []
        else:
            if not offered:
                found.faults.append(Fault(board.file, at_variable(name), "empty_variable"))
        found.choices[name] = _choice(variable, tuple(offered))
    return found


def _offered(variable: Tree, asker: Asker, before: Mapping[str, Chosen], span: Span) -> list[str]:
    text = words(variable, "query")
    match variable.get("type"):
        case "query":
            answers = asker.names(interpolated(text, before, span))
            return [value for _, value in options(answers, words(variable, "regex"))]
        case "custom":
            return [
                one.partition(" : ")[2].strip() or one.strip() for one in re.split(r"(?<!\\),", text) if one.strip()
            ]
        case "interval":
            return [one.strip() for one in text.split(",") if one.strip()]
        case "constant" | "textbox":
            return [text]
    return [words(one, "value") for one in trees(variable, "options") if words(one, "value")]


def _choice(variable: Tree, offered: tuple[str, ...]) -> Choice:
    name, multi, every = words(variable, "name"), variable.get("multi") is True, variable.get("includeAll") is True
    if name == POLICY:
        first = Chosen((RAW,))
    elif every:
        first = Chosen(offered, True, words(variable, "allValue"))
    else:
        first = Chosen(offered[:1], multi)
    return Choice(name, offered, first, multi, every)


def tried(choice: Choice, likely: tuple[str, ...]) -> Iterator[str]:
    """Its values, those first that are known to have rows."""
    yield from dict.fromkeys((*(value for value in likely if value in choice.offered), *choice.offered))


def _shown(chosen: Mapping[str, Chosen]) -> str:
    return ", ".join(f"{name}={'|'.join(one.values) if not one.everything else ALL}" for name, one in chosen.items())
