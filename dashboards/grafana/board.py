"""A dashboard: its panels in order, and what all dashboards have: variables, annotations, links, settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from dashboards.grafana import variables
from dashboards.grafana.influxql import SCOPE, raw, where
from dashboards.grafana.legend import CRITICAL, INFO, Legend
from dashboards.grafana.panel import Panel
from dashboards.grafana.query import SOURCE, Event, InfluxQuery, Query
from devices.schema import ACTIVE, ALERT, MAINTENANCE, OPENED
from stores.influxql import identifier

PREFIX = "vigiterre"
TAG = "vigiterre"
OUR_TAG = "vigiterre-code"
"""On every dashboard of ours: what `push` prunes by."""
REFRESH = ("10s", "30s", "1m", "5m", "15m", "1h")


@dataclass(frozen=True)
class Row:
    """A line with a title, above the panels that follow it."""

    title: str


@dataclass(frozen=True)
class Board:
    slug: str
    """`winter`: its uid is `vigiterre-winter`, in English `vigiterre-winter-en`."""
    title: str
    description: str
    panels: Sequence[Panel | Row]
    domains: Sequence[str] | None = None
    """Of its devices; None: the variable `domain` chooses."""
    models: Sequence[str] = ()
    """Its variables offer devices of these models only; () is all."""
    variables: Sequence[Any] | None = None
    """In place of the ordinary ones (builders of the SDK), when there is a reason."""
    tags: Sequence[str] = ()
    since: str = "now-24h"
    refresh: str = "1m"
    annotated: bool = True
    """Alerts and maintenance of the selected devices are drawn on it."""
    scope: str = SCOPE
    """Which devices its annotations are of, where its variables are not the ordinary ones."""


def uid(slug: str, legend: Legend) -> str:
    return f"{PREFIX}-{slug}" if legend.language == "fr" else f"{PREFIX}-{slug}-en"


def url(slug: str, legend: Legend, **chosen: str) -> str:
    """Path of another dashboard, with the range of time on the screen and variables set."""
    asked = "&".join(["${__url_time_range}", *(f"var-{name}={value}" for name, value in chosen.items())])
    return f"/d/{uid(slug, legend)}?{asked}"


def assemble(board: Board, legend: Legend) -> model.Dashboard:
    """The dashboard as Grafana loads it. Panel ids are their place in the list, from 1."""
    made = (
        build.Dashboard(board.title)
        .uid(uid(board.slug, legend))
        .description(board.description)
        .tags([TAG, OUR_TAG, legend.language, *board.tags])
        .timezone("browser")
        .time(board.since, "now")
        .refresh(board.refresh)
        .timepicker(build.TimePicker().refresh_intervals(list(REFRESH)))
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .week_start("monday")
        .readonly()
        .variables(_variables(board, legend))
        .links(_links(legend))
    )
    if board.annotated:
        made.annotations(_annotations(legend, board.scope))
    for number, part in enumerate(board.panels, 1):
        if isinstance(part, Row):
            made.with_row(build.Row(part.title).id(number))
        else:
            part.builder.build().id_val = number
            made.with_panel(part.builder)
    return made.build()


def seldom(board: Board) -> dict[int, str]:
    """Panel id -> why it may be empty."""
    return {
        number: part.seldom for number, part in enumerate(board.panels, 1) if isinstance(part, Panel) and part.seldom
    }


def _variables(board: Board, legend: Legend) -> list[Any]:
    if board.variables is not None:
        return [variables.policy(), *board.variables]
    chosen = [] if board.domains else [variables.domain(legend)]
    return [variables.policy(), *chosen, *variables.places(legend, board.domains, board.models)]


def _links(legend: Legend) -> list[Builder[model.DashboardLink]]:
    others = (
        build.DashboardLink("Vigiterre")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags([TAG, legend.language])
        .as_dropdown(True)
        .keep_time(True)
        .include_vars(True)
    )
    if not legend.console:
        return [others]
    pages = (
        build.DashboardLink(legend.say("Pages de Vigiterre", "Vigiterre's pages"))
        .type(model.DashboardLinkType.LINK)
        .url(legend.console)
        .icon("external link")
        .target_blank(True)
    )
    return [others, pages]


def _annotations(legend: Legend, scope: str) -> list[Builder[model.AnnotationQuery]]:
    """Columns are called `text` and `tags`: by these names both Grafana's pages and its back end find them."""
    said, label = f'{identifier("title")} AS "text"', f'{identifier("label")} AS "tags"'
    opened = (
        f"SELECT {identifier(OPENED)}, {said}, {label} FROM {raw(ALERT)}"  # noqa: S608  -- our own names
        f" {where(f'{identifier(OPENED)} >= 2', scope=scope)}"
    )
    works = (
        f'SELECT {identifier(ACTIVE)}, {identifier("label")} AS "text" FROM {raw(MAINTENANCE)}'  # noqa: S608  -- our own names
        f" {where(f'{identifier(ACTIVE)} = 1', scope=scope)}"
    )
    return [
        _annotation(legend.say("Alertes", "Alerts"), opened, CRITICAL, Event("text", "tags")),
        _annotation(legend.say("Maintenance", "Maintenance"), works, INFO, Event("text")),
    ]


def _annotation(name: str, statement: str, colour: str, event: Event) -> build.AnnotationQuery:
    query = InfluxQuery(statement, "table", ref="Anno", event=event)
    return build.AnnotationQuery().name(name).datasource(SOURCE).enable(True).icon_color(colour).target(Query(query))
