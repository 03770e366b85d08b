"""Shape of dashboards: what the SDK's own types read and write again is what Grafana knows.

A misspelt key vanishes in Grafana without a word, and so it does in the SDK: whatever is lost on the way is a fault.
Panels, variables and annotations go alone, so that one that cannot be read hides none of the others.
"""

import json
from collections.abc import Iterator
from typing import Any, Protocol

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.cog.runtime import panelcfg_config
from grafana_foundation_sdk.models.dashboard import (
    AnnotationQuery,
    Dashboard,
    DashboardLink,
    DataTransformerConfig,
    Panel,
    RowPanel,
    VariableModel,
)

from dashboards.grafana.check.fault import Fault, at_annotation, at_panel, at_variable, within
from dashboards.grafana.check.files import BoardFile, panels
from dashboards.grafana.check.loose import Tree, items, joined, tree, trees, words
from devices.problems import NOTHING, Bilingual, near

QUERIES = ("targets", "target")
"""Read by the data source, not by the SDK: `queries` looks at them."""

OTHER_TYPES = frozenset(("alertlist",))
"""Panels of Grafana that the SDK does not have."""
TRANSFORMATIONS = frozenset(
    {
        "append", "calculateField", "concatenate", "configFromData", "convertFieldType", "convertFrameType",
        "extractFields", "fieldLookup", "filterByRefId", "filterByValue", "filterFieldsByName", "filterFrames",
        "formatString", "formatTime", "groupBy", "groupToMatrix", "groupingToMatrix", "groupToNestedTable", "heatmap",
        "histogram", "joinByField", "joinByLabels", "labelsToFields", "limit", "merge", "order", "organize",
        "partitionByValues", "prepareTimeSeries", "reduce", "regression", "rename", "renameByRegex", "rowsToFields",
        "seriesToRows", "smoothing", "sortBy", "spatial", "timeSeriesTable", "transpose",
    }
)  # fmt: skip


class Readable(Protocol):
    def from_json(self, data: dict[str, Any], /) -> Any: ...


def shape(board: BoardFile) -> Iterator[Fault]:
    register_default_plugins()
    document = board.document
    yield from _same(board.file, NOTHING, Dashboard, _frame(document))
    for panel in panels(document):
        row = panel.get("type") == "row"
        part = {key: value for key, value in panel.items() if not (row and key == "panels")}
        yield from _same(board.file, at_panel(panel), RowPanel if row else Panel, part)
        if not row:
            yield from _unread(board.file, panel)
    for variable in trees(document, "templating", "list"):
        yield from _same(board.file, at_variable(words(variable, "name")), VariableModel, variable)
    for annotation in trees(document, "annotations", "list"):
        yield from _same(board.file, at_annotation(words(annotation, "name")), AnnotationQuery, annotation)


def _unread(file: str, panel: Tree) -> Iterator[Fault]:
    """What the SDK passes on as it is: the panel's type, links, transformations, overrides."""
    kind = words(panel, "type")
    if kind not in OTHER_TYPES and panelcfg_config(kind) is None:
        yield Fault(file, at_panel(panel, path="type"), "unknown_type", {"type": kind or "-"})
    for index, link in enumerate(items(panel, "links")):
        yield from _same(file, at_panel(panel, path=f"links[{index}]"), DashboardLink, link)
    for index, transformation in enumerate(items(panel, "transformations")):
        place = at_panel(panel, path=f"transformations[{index}]")
        yield from _same(file, place, DataTransformerConfig, transformation)
        if isinstance(transformation, dict) and transformation.get("id") not in TRANSFORMATIONS:
            name = str(transformation.get("id"))
            facts = {"key": "id", "value": name, "known": near(name, TRANSFORMATIONS)}
            yield Fault(file, place, "bad_choice", facts)
    for index, override in enumerate(trees(panel, "fieldConfig", "overrides")):
        for one in trees(override, "properties"):
            name = words(one, "id")
            place = at_panel(panel, path=f"fieldConfig.overrides[{index}].{name}")
            alone = {"type": kind, "fieldConfig": {"defaults": _as_default(name, one.get("value")), "overrides": []}}
            yield from _same(file, place, Panel, alone, path=False)


def _as_default(name: str, value: object) -> dict[str, object]:
    """A property of an override means what the same key means among the defaults: `custom.width` and `custom`."""
    outer, _, inner = name.partition(".")
    return {outer: {inner: value}} if inner else {outer: value}


def _frame(document: Tree) -> Tree:
    """The dashboard without what is looked at alone."""
    frame = dict(document)
    for key in ("panels", "templating", "annotations"):
        inner = tree(document, key)
        if isinstance(frame.get(key), list):
            frame[key] = []
        elif inner:
            frame[key] = {**inner, "list": []}
    return frame


def _same(file: str, place: Bilingual, kind: Readable, part: object, *, path: bool = True) -> Iterator[Fault]:
    """`path`: the place is completed by where in the part it is."""
    if not isinstance(part, dict):
        yield Fault(file, place, "wrong_shape", {"error": str(part)})
        return
    given = {key: value for key, value in part.items() if key not in QUERIES}
    if "panels" not in given and kind is RowPanel:
        given["panels"] = []
    try:
        again = json.loads(json.dumps(kind.from_json(given), cls=JSONEncoder))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        yield Fault(file, place, "wrong_shape", {"error": f"{type(error).__name__}: {error}"})
        return
    for inner, code in _lost(given, again, ""):
        yield Fault(file, within(place, inner) if path else place, code, {"key": inner.rpartition(".")[2]})


def _lost(before: Any, after: Any, path: str) -> Iterator[tuple[str, str]]:
    """(path, code) of what came back otherwise; what the SDK adds is a default, and no fault."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in after:
                yield from _lost(value, after[key], joined(path, key))
            elif value is not None:
                yield joined(path, key), "lost_key"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _lost(old, new, f"{path}[{index}]")
    elif before != after:
        yield path, "changed_key"
