"""A page that shows a dashboard's layout, made from its JSON: titles, units, limits and queries on Grafana's grid.

Grafana draws the data; this shows where things stand and how they are called, without a Grafana.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

COLUMNS = 24
ROW_PIXELS = 38
"""Height of a grid row in Grafana, gap included."""
SHAPES = {
    "timeseries": "∿",
    "stat": "42",
    "bargauge": "▬",
    "state-timeline": "▤",
    "table": "▦",
    "geomap": "◉",
    "text": "¶",
    "barchart": "▮",
}
"""A sign for each kind of panel."""


@dataclass(frozen=True)
class Box:
    """One panel or row as the page draws it; columns and lines of the grid from 1."""

    kind: str
    sign: str
    title: str
    description: str
    empty: str
    unit: str
    limits: Sequence[tuple[str, str]]
    """(number, colour)"""
    columns: Sequence[str]
    queries: Sequence[str]
    text: str
    left: int
    width: int
    top: int
    height: int


def page(dashboards: Sequence[Mapping[str, Any]], language: str) -> str:
    """HTML of one page with these dashboards below each other; everything in it is escaped."""
    environment = Environment(
        loader=PackageLoader("dashboards.grafana"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    shown = [(dashboard, [box(panel) for panel in dashboard["panels"]]) for dashboard in dashboards]
    return environment.get_template("preview.html").render(dashboards=shown, language=language, row=ROW_PIXELS)


def box(panel: Mapping[str, Any]) -> Box:
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    options = panel.get("options", {})
    place = panel["gridPos"]
    return Box(
        kind=panel["type"],
        sign=SHAPES.get(panel["type"], ""),
        title=panel.get("title", ""),
        description=panel.get("description", ""),
        empty=defaults.get("noValue", ""),
        unit=defaults.get("unit", ""),
        limits=limits_of(defaults),
        columns=columns_of(panel),
        queries=[target["query"] for target in panel.get("targets", [])],
        text=options.get("content", "") if panel["type"] == "text" else "",
        left=place["x"] + 1,
        width=place["w"],
        top=place["y"] + 1,
        height=place["h"],
    )


def limits_of(defaults: Mapping[str, Any]) -> list[tuple[str, str]]:
    steps = defaults.get("thresholds", {}).get("steps", [])
    return [("…" if step["value"] is None else f"{step['value']:g}", step["color"]) for step in steps]


def columns_of(panel: Mapping[str, Any]) -> list[str]:
    """Titles of a table's columns, in order."""
    for change in panel.get("transformations", []):
        if change["id"] == "organize":
            order, titles = change["options"]["indexByName"], change["options"]["renameByName"]
            return [titles[name] for name in sorted(order, key=lambda name: order[name])]
    return []
