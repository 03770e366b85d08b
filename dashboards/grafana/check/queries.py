"""Queries and variables of a dashboard: keys that Grafana reads, names that exist, variables that are declared."""

from collections.abc import Iterator
from typing import NamedTuple

from dashboards.grafana.check.boards import variables
from dashboards.grafana.check.fault import Fault, at, at_annotation, at_panel, at_variable
from dashboards.grafana.check.files import BoardFile, panels
from dashboards.grafana.check.interpolation import names_in
from dashboards.grafana.check.loose import Tree, texts_in, tree, trees, words
from dashboards.grafana.check.names import Names
from dashboards.grafana.check.statements import BUILTIN, Use, statement_faults
from dashboards.grafana.check.tokens import read
from dashboards.grafana.query import TYPE
from devices.problems import Bilingual, near

KEYS = frozenset(
    {
        "datasource", "refId", "rawQuery", "query", "resultFormat", "alias", "hide", "fromAnnotations", "textColumn",
        "tagsColumn", "timeEndColumn", "titleColumn", "timeColumn", "policy", "tz", "limit", "slimit", "orderByTime",
        "measurement", "tags", "groupBy", "select", "intervalMs", "maxDataPoints", "queryType", "key",
    }
)  # fmt: skip
"""What Grafana's front end and back end read of an InfluxQL query."""
NEEDED = ("refId", "query", "resultFormat", "datasource")
FORMATS = ("time_series", "table", "logs")
ALIAS = ("tag_", "col", "m", "measurement")
POLICY = "policy"
"""Declared on every dashboard, whether its panels have roll-ups or not."""


class Asked(NamedTuple):
    """One query of a dashboard and where it stands."""

    place: Bilingual
    use: Use
    query: Tree


def queries(board: BoardFile) -> Iterator[Asked]:
    """Those of panels and annotations."""
    for panel in panels(board.document):
        for target in trees(panel, "targets"):
            yield Asked(at_panel(panel, words(target, "refId") or "?"), "panel", target)
    for annotation in trees(board.document, "annotations", "list"):
        if query := tree(annotation, "target"):
            yield Asked(at_annotation(words(annotation, "name")), "annotation", query)


def query_faults(board: BoardFile, names: Names) -> Iterator[Fault]:
    for place, use, query in queries(board):
        yield from key_faults(board.file, place, query)
        statement = words(query, "query")
        if statement:
            yield from statement_faults(board.file, place, statement, use, names)
            yield from _alias(board.file, place, words(query, "alias"), statement)
    for variable in variables(board.document):
        statement = words(variable, "query")
        if variable.get("type") == "query" and statement:
            place = at_variable(words(variable, "name"))
            yield from statement_faults(board.file, place, statement, "variable", names)


def key_faults(file: str, place: Bilingual, query: Tree) -> Iterator[Fault]:
    for key in query:
        if key not in KEYS:
            yield Fault(file, place, "unknown_key", {"key": key, "known": near(key, KEYS)})
    for key in NEEDED:
        if key != "datasource" and not words(query, key):
            yield Fault(file, place, "missing_key", {"key": key})
    if words(query, "resultFormat") and words(query, "resultFormat") not in FORMATS:
        facts = {"key": "resultFormat", "value": query["resultFormat"], "known": ", ".join(FORMATS)}
        yield Fault(file, place, "bad_choice", facts)
    if query.get("rawQuery") is not True:
        yield Fault(file, place, "not_raw")


def variable_faults(board: BoardFile) -> Iterator[Fault]:
    declared = [words(variable, "name") for variable in variables(board.document)]
    used: set[str] = set()
    for place, text in _texts(board):
        for name in dict.fromkeys(names_in(text)):
            used.add(name)
            if name not in declared and not _grafanas(name):
                yield Fault(board.file, place, "undeclared_variable", {"name": name, "known": near(name, declared)})
    for index, variable in enumerate(variables(board.document)):
        for name in dict.fromkeys(names_in(words(variable, "query"))):
            used.add(name)
            if name in declared[index:]:
                yield Fault(board.file, at_variable(declared[index]), "later_variable", {"name": name})
            elif name not in declared and not _grafanas(name):
                facts = {"name": name, "known": near(name, declared)}
                yield Fault(board.file, at_variable(declared[index]), "undeclared_variable", facts)
    for name in declared:
        if name not in used and name != POLICY:
            yield Fault(board.file, at_variable(name), "unused_variable", {"name": name})


def source_faults(board: BoardFile, sources: dict[str, str]) -> Iterator[Fault]:
    """`sources`: uid -> type of the data sources that are provisioned."""
    owners = [(at_panel(panel), panel) for panel in panels(board.document) if "datasource" in panel]
    owners += [(place, query) for place, _, query in queries(board)]
    for annotation in trees(board.document, "annotations", "list"):
        owners.append((at_annotation(words(annotation, "name")), annotation))
    for variable in variables(board.document):
        if variable.get("type") == "query":
            owners.append((at_variable(words(variable, "name")), variable))
    for place, owner in owners:
        uid, kind = words(owner, "datasource", "uid"), words(owner, "datasource", "type")
        if not uid:
            yield Fault(board.file, place, "missing_key", {"key": "datasource.uid"})
        elif uid not in sources:
            yield Fault(board.file, place, "unknown_source", {"uid": uid, "known": near(uid, sources)})
        elif kind != sources[uid]:
            facts = {"key": "datasource.type", "value": kind, "known": TYPE}
            yield Fault(board.file, place, "bad_choice", facts)


def _alias(file: str, place: Bilingual, alias: str, statement: str) -> Iterator[Fault]:
    """`$tag_device` is empty unless the statement groups by device."""
    grouped = read(statement).grouped
    for name in names_in(alias):
        if name.startswith("tag_") and name.removeprefix("tag_") not in grouped and "*" not in statement:
            yield Fault(file, place, "alias_tag", {"tag": name.removeprefix("tag_")})


def _texts(board: BoardFile) -> Iterator[tuple[Bilingual, str]]:
    """Every text of a dashboard in which Grafana replaces variables, those of variables left out."""
    for panel in panels(board.document):
        own = {key: value for key, value in panel.items() if key not in ("targets", "panels")}
        for path, text in texts_in(own):
            yield at_panel(panel, path=path), text
    for place, _, query in queries(board):
        for key in ("query", "alias"):
            text = words(query, key)
            yield place, text if key == "query" else _without_alias_words(text)
    for path, text in texts_in(board.document.get("links")):
        yield at(f"links{path}"), text


def _without_alias_words(alias: str) -> str:
    for name in names_in(alias):
        if name in ALIAS or name.startswith(ALIAS[0]) or name.isdigit():
            alias = alias.replace(f"${name}", "").replace(f"[[{name}]]", "").replace(f"${{{name}}}", "")
    return alias


def _grafanas(name: str) -> bool:
    return name in BUILTIN or name.isdigit()
