"""Watchman rules as Grafana takes them: the shape of its files, and that of its HTTP API.

What both shapes share is made once, in `_common`. A query is InfluxQL (A), reduced to one number (B), compared (C).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from grafana_foundation_sdk.models.dashboard import Panel as PanelModel

from dashboards.grafana.board import Board, uid
from dashboards.grafana.boards.platform import platform
from dashboards.grafana.legend import Legend
from dashboards.grafana.panel import Panel
from dashboards.grafana.provisioning.texts import WATCHES as TEXTS
from dashboards.grafana.provisioning.watches import WATCHES, Watch
from dashboards.grafana.query import DATA_SOURCE, InfluxQuery
from stores.influxql import identifier

Json = dict[str, Any]
GROUP = "vigiterre-watch"
INTERVAL_SECONDS: Final = 60
"""Of the group, and Grafana's own for a group made by its API."""
EXPRESSION = "__expr__"
"""uid of Grafana's own arithmetic."""
ORGANISATION = 1
LABEL, MINE = "vigiterre", "watch"
"""Label of each rule of ours: what the policy and `push` know them by."""
POINTS = 43_200
"""Grafana writes this, and the interval, into every query that says nothing."""


def in_file(legend: Legend) -> list[Json]:
    """Rules as `groups[0].rules` of a file."""
    return [_common(watch, legend, panels) | _linked(watch, legend, panels) for watch, panels in _all(legend)]


def in_api(legend: Legend, folder_uid: str) -> list[Json]:
    """Rules as `POST /api/v1/provisioning/alert-rules` takes them."""
    return [
        _common(watch, legend, panels) | {"folderUID": folder_uid, "ruleGroup": GROUP, "orgID": ORGANISATION}
        for watch, panels in _all(legend)
    ]


def panel_ids(board: Board, fields: Iterable[str]) -> dict[str, int]:
    """Field -> id of the first panel that shows it: its place on the board, from 1, as `assemble` counts."""
    found: dict[str, int] = {}
    for field in fields:
        for number, part in enumerate(board.panels, 1):
            if isinstance(part, Panel) and _shows(part.builder.build(), field):
                found.setdefault(field, number)
    return found


def _all(legend: Legend) -> list[tuple[Watch, Mapping[str, int]]]:
    panels = panel_ids(platform(legend), {watch.field for watch in WATCHES})
    return [(watch, panels) for watch in WATCHES]


def _shows(panel: PanelModel, field: str) -> bool:
    queries = panel.targets or []
    return any(identifier(field) in query.statement for query in queries if isinstance(query, InfluxQuery))


def _common(watch: Watch, legend: Legend, panels: Mapping[str, int]) -> Json:
    texts = TEXTS[watch.name]
    annotations = {
        "summary": texts["summary"][legend.language],
        "description": texts["action"][legend.language],
    }
    if watch.field in panels:  # both or none: Grafana refuses one without the other
        annotations |= {
            "__dashboardUid__": uid("platform", legend),
            "__panelId__": str(panels[watch.field]),
        }
    return {
        "uid": watch.uid,
        "title": texts["title"][legend.language],
        "condition": "C",
        "data": [_query(watch), _reduced(watch), _compared(watch)],
        "noDataState": watch.blind,
        "execErrState": watch.blind,
        "for": watch.lasting,
        "annotations": annotations,
        "labels": {"severity": watch.severity, LABEL: MINE},
        "isPaused": False,
    }


def _linked(watch: Watch, legend: Legend, panels: Mapping[str, int]) -> Json:
    if watch.field not in panels:
        return {}
    return {"dashboardUid": uid("platform", legend), "panelId": panels[watch.field]}


def _query(watch: Watch) -> Json:
    query = InfluxQuery(watch.statement).to_json() | {"datasource": {"type": "influxdb", "uid": DATA_SOURCE}}
    return {
        "refId": "A",
        "relativeTimeRange": {"from": watch.within, "to": 0},
        "datasourceUid": DATA_SOURCE,
        "model": query | {"intervalMs": 1_000, "maxDataPoints": POINTS},
    }


def _reduced(watch: Watch) -> Json:
    settings = {"mode": "dropNN"}
    return _expression("B", "reduce", "A", {"reducer": watch.reducer, "settings": settings})


def _compared(watch: Watch) -> Json:
    fires, calms = ("gt", "lt") if watch.above else ("lt", "gt")
    condition: Json = {"evaluator": {"type": fires, "params": [watch.fires]}}
    if watch.calms != watch.fires:
        condition["unloadEvaluator"] = {"type": calms, "params": [watch.calms]}
    return _expression("C", "threshold", "B", {"conditions": [condition]})


def _expression(ref: str, kind: str, of: str, rest: Json) -> Json:
    source = {"type": EXPRESSION, "uid": EXPRESSION}
    model = {"datasource": source, "refId": ref, "type": kind, "expression": of, **rest}
    return {
        "refId": ref,
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": EXPRESSION,
        "model": model | {"intervalMs": 1_000, "maxDataPoints": POINTS},
    }
