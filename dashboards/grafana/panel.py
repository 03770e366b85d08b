"""Panels: each kind is a function. All of them have a title, a description and words for "no data".

Widths are columns of 24, heights rows of about 38 pixels. On a phone Grafana puts panels below each other, in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    geomap,
    stat,
    statetimeline,
    table,
    text,
    timeseries,
)
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as shape
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.geomap import TooltipMode
from grafana_foundation_sdk.models.text import TextMode

from dashboards.grafana.legend import NONE, Legend
from dashboards.grafana.query import SOURCE, InfluxQuery, Query
from devices.schema import LATITUDE, LONGITUDE

TIME_COLUMN = "Time"
REFS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLAIN = (model.Threshold(None, "text"),)
"""No limit: without it Grafana would paint what is above 80 red."""
GAP_MS = 3 * 3_600_000
"""Longer gaps between two points are left open: a line across them would be an invention."""


@dataclass(frozen=True)
class Words:
    """What a panel says of itself, in one language."""

    title: str
    description: str
    empty: str = ""
    """Said when there is no data; "" for the ordinary sentence."""


@dataclass(frozen=True)
class Panel:
    builder: Builder[model.Panel]
    seldom: str = ""
    """Why its queries may rightly return nothing, such as "no alert may be open"; "" when they must return rows."""


class PanelBuilder(Protocol):
    """What all panel builders of the SDK share."""

    def title(self, title: str) -> Self: ...
    def description(self, description: str) -> Self: ...
    def datasource(self, datasource: shape.DataSourceRef) -> Self: ...
    def span(self, w: int) -> Self: ...
    def height(self, h: int) -> Self: ...
    def no_value(self, no_value: str) -> Self: ...
    def targets(self, targets: list[Builder[Any]]) -> Self: ...
    def build(self) -> model.Panel: ...


def lines(
    legend: Legend,
    words: Words,
    queries: Sequence[InfluxQuery],
    unit: str,
    *,
    size: tuple[int, int] = (12, 8),
    steps: Sequence[model.Threshold] = (),
    decimals: int | None = None,
    bars: bool = False,
    stacked: bool = False,
    least: float | None = None,
    most: float | None = None,
    overrides: Sequence["Override"] = (),
    seldom: str = "",
    shortest: str = "1m",
    gap_ms: int = GAP_MS,
) -> Panel:
    """Curves over time, or bars for amounts per interval; limits are drawn as dashed lines.

    Points further apart than `gap_ms` are not joined: longer than the interval of the slowest device shown.
    """
    panel = timeseries.Panel()
    begin(panel, legend, words, queries, size)
    panel.unit(unit).interval(shortest)
    panel.draw_style(shape.GraphDrawStyle.BARS if bars else shape.GraphDrawStyle.LINE)
    panel.line_width(1).fill_opacity(70 if bars else 0).show_points(shape.VisibilityMode.AUTO).span_nulls(gap_ms)
    panel.legend(
        common.VizLegendOptions()
        .display_mode(shape.LegendDisplayMode.LIST)
        .placement(shape.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    panel.tooltip(common.VizTooltipOptions().mode(shape.TooltipDisplayMode.MULTI).sort(shape.SortOrder.DESCENDING))
    if stacked:
        panel.stacking(common.StackingConfig().mode(shape.StackingMode.NORMAL).group("A"))
    if steps:
        panel.thresholds(thresholds(steps))
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(shape.GraphThresholdsStyleMode.DASHED))
    limit(panel, decimals, least, most)
    return finish(panel, overrides, seldom)


def states(
    legend: Legend,
    words: Words,
    queries: Sequence[InfluxQuery],
    mappings: list[model.ValueMapping],
    *,
    size: tuple[int, int] = (24, 8),
    seldom: str = "",
    shortest: str = "1m",
    held: bool = False,
    overrides: Sequence["Override"] = (),
) -> Panel:
    """Which state held when, one bar per series. `held`: a state lasts until the next point, however long."""
    panel = statetimeline.Panel()
    begin(panel, legend, words, queries, size)
    panel.mappings(mappings).interval(shortest).merge_values(True).show_value(shape.VisibilityMode.NEVER)
    panel.span_nulls(held or GAP_MS).row_height(0.85).fill_opacity(85).line_width(0)
    panel.legend(
        common.VizLegendOptions()
        .display_mode(shape.LegendDisplayMode.LIST)
        .placement(shape.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    return finish(panel, overrides, seldom)


def number(
    legend: Legend,
    words: Words,
    query: InfluxQuery,
    unit: str = NONE,
    *,
    size: tuple[int, int] = (4, 4),
    steps: Sequence[model.Threshold] = (),
    decimals: int | None = None,
    mappings: list[model.ValueMapping] | None = None,
    calculation: str = "lastNotNull",
    rows: bool = False,
    seldom: str = "",
    before: Sequence[model.DataTransformerConfig] = (),
) -> Panel:
    """One large number, or one per series; its ground takes the colour of the limits.

    `calculation` is one of Grafana's: lastNotNull, max, min, mean, sum, count. `rows` shows every row of a table.
    `before`: transformations of Grafana.
    """
    panel = stat.Panel()
    begin(panel, legend, words, [query], size)
    for one in before:
        panel.with_transformation(one)
    panel.unit(unit)
    panel.reduce_options(common.ReduceDataOptions().calcs([calculation]).fields("").values(rows))
    panel.graph_mode(shape.BigValueGraphMode.NONE).text_mode(shape.BigValueTextMode.AUTO)
    panel.color_mode(shape.BigValueColorMode.BACKGROUND if steps or mappings else shape.BigValueColorMode.VALUE)
    panel.thresholds(thresholds(steps or PLAIN))
    if mappings:
        panel.mappings(mappings)
    limit(panel, decimals, None, None)
    return finish(panel, (), seldom)


def gauges(
    legend: Legend,
    words: Words,
    query: InfluxQuery,
    unit: str,
    *,
    size: tuple[int, int] = (12, 8),
    steps: Sequence[model.Threshold] = (),
    least: float | None = None,
    most: float | None = None,
    decimals: int | None = None,
    seldom: str = "",
) -> Panel:
    """One horizontal bar per series: the newest value, to compare places at a glance."""
    panel = bargauge.Panel()
    begin(panel, legend, words, [query], size)
    panel.unit(unit)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False))
    panel.orientation(shape.VizOrientation.HORIZONTAL).display_mode(shape.BarGaugeDisplayMode.BASIC)
    panel.value_mode(shape.BarGaugeValueMode.COLOR).show_unfilled(True)
    panel.thresholds(thresholds(steps or PLAIN))
    limit(panel, decimals, least, most)
    return finish(panel, (), seldom)


@dataclass(frozen=True)
class Column:
    """One column of a table; those that are not named are hidden."""

    field: str
    """Name of the field or tag in the answer; `Time` is the point's time."""
    title: str
    unit: str = ""
    mappings: Sequence[model.ValueMapping] = ()
    steps: Sequence[model.Threshold] = ()
    coloured: bool = False
    """The ground takes the colour of its mapping or limit."""
    decimals: int | None = None
    width: int | None = None
    link: tuple[str, str] | None = None
    """(title, url) of a link on each value; `${__data.fields.device}` and `${__value.text}` may stand in the url."""


def rows(
    legend: Legend,
    words: Words,
    queries: Sequence[InfluxQuery],
    columns: Sequence[Column],
    *,
    size: tuple[int, int] = (24, 10),
    sort: tuple[str, bool] | None = None,
    seldom: str = "",
    before: Sequence[model.DataTransformerConfig] = (),
) -> Panel:
    """A table. `sort` is (title of a column, descending); the answers of several queries become one row per key.

    `before`: transformations of Grafana that come before the columns are chosen.
    """
    panel = table.Panel()
    begin(panel, legend, words, queries, size)
    for query in queries:
        if query.form != "table":
            raise ValueError(f"table {words.title!r}: its queries must have form='table'")
    if len(queries) > 1:
        panel.with_transformation(model.DataTransformerConfig("merge", options={}))
    for one in before:
        panel.with_transformation(one)
    panel.with_transformation(organised(columns))
    panel.show_header(True).cell_height(shape.TableCellHeight.SM)
    if sort:
        panel.sort_by([common.TableSortByFieldState().display_name(sort[0]).desc(sort[1])])
    return finish(panel, [as_override(column) for column in columns], seldom)


def map_of(
    legend: Legend,
    words: Words,
    query: InfluxQuery,
    colour_by: str,
    *,
    mappings: list[model.ValueMapping],
    steps: Sequence[model.Threshold],
    size: tuple[int, int] = (12, 14),
    seldom: str = "",
) -> Panel:
    """Devices where they stand: a table query with the fields latitude and longitude, coloured by another field."""
    latitude, longitude, zoom = legend.view
    panel = geomap.Panel()
    begin(panel, legend, words, [query], size)
    panel.view(at(latitude, longitude, zoom))
    panel.controls(geomap.ControlsOptions().show_zoom(True).show_attribution(True).mouse_wheel_zoom(False))
    panel.basemap(common.MapLayerOptions().type("osm-standard").name(legend.say("Fond de carte", "Base map")))
    panel.layers([markers(words.title, colour_by)])
    panel.tooltip(geomap.TooltipOptions().mode(TooltipMode.DETAILS))
    panel.mappings(mappings).thresholds(thresholds(steps))
    panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    return finish(panel, (), seldom)


def prose(legend: Legend, words: Words, markdown: str, *, size: tuple[int, int] = (24, 6)) -> Panel:
    """Text: what to do, where figures come from."""
    panel = text.Panel()
    begin(panel, legend, words, (), size)
    panel.mode(TextMode.MARKDOWN).content(markdown)
    return Panel(panel)


def repeated(panel: Panel, variable: str, *, per_row: int = 2) -> Panel:
    """The panel once for each value of the variable; it must be 24 wide, Grafana divides that."""
    built = panel.builder.build()
    built.repeat, built.max_per_row = variable, per_row
    return panel


@dataclass(frozen=True)
class Override:
    """What one series or column has of its own: `properties` by Grafana's ids, such as `custom.lineStyle`."""

    name: str
    properties: dict[str, object]
    pattern: bool = False
    """`name` is a regular expression, `/^…$/`."""


def begin(
    panel: PanelBuilder, legend: Legend, words: Words, queries: Sequence[InfluxQuery], size: tuple[int, int]
) -> None:
    """What every panel has."""
    empty = words.empty or legend.say("Aucune donnée sur cette période", "No data in this period")
    panel.title(words.title).description(words.description).no_value(empty).span(size[0]).height(size[1])
    if queries:
        panel.datasource(SOURCE)
        panel.targets([Query(referred(query, REFS[index])) for index, query in enumerate(queries)])


def referred(query: InfluxQuery, ref: str) -> InfluxQuery:
    return InfluxQuery(query.statement, query.form, query.alias, ref=ref, hide=query.hide, event=query.event)


def finish(panel: Any, overrides: Sequence[Override], seldom: str) -> Panel:
    for one in overrides:
        properties = [model.DynamicConfigValue(name, value) for name, value in one.properties.items()]
        (panel.override_by_regexp if one.pattern else panel.override_by_name)(one.name, properties)
    return Panel(panel, seldom)


def limit(panel: Any, decimals: int | None, least: float | None, most: float | None) -> None:
    if decimals is not None:
        panel.decimals(decimals)
    if least is not None:
        panel.min(least)
    if most is not None:
        panel.max(most)


def thresholds(steps: Sequence[model.Threshold]) -> build.ThresholdsConfig:
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(list(steps))


def organised(columns: Sequence[Column]) -> model.DataTransformerConfig:
    """Only these columns, in this order, under these titles."""
    return model.DataTransformerConfig(
        "organize",
        options={
            "includeByName": {column.field: True for column in columns},
            "indexByName": {column.field: index for index, column in enumerate(columns)},
            "renameByName": {column.field: column.title for column in columns},
        },
    )


def as_override(column: Column) -> Override:
    """Overrides go by the title: they apply after the transformation."""
    properties: dict[str, object] = {}
    if column.unit:
        properties["unit"] = column.unit
    if column.decimals is not None:
        properties["decimals"] = column.decimals
    if column.width is not None:
        properties["custom.width"] = column.width
    if column.mappings:
        properties["mappings"] = list(column.mappings)
    if column.steps:
        properties["thresholds"] = thresholds(column.steps).build()
    if column.coloured:
        properties["custom.cellOptions"] = {"type": "color-background", "mode": "basic"}
        if column.steps or column.mappings:
            properties["color"] = {"mode": "thresholds"}
    if column.link:
        properties["links"] = [{"title": column.link[0], "url": column.link[1], "targetBlank": False}]
    return Override(column.title, properties)


def at(latitude: float, longitude: float, zoom: int) -> geomap.MapViewConfig:
    """The SDK takes whole degrees only; Grafana reads decimals."""
    view = geomap.MapViewConfig().zoom(zoom).all_layers(True)
    config = view.build()
    config.id_val, config.lat, config.lon = "coords", latitude, longitude  # type: ignore[assignment]
    return view


def markers(name: str, colour_by: str) -> common.MapLayerOptions:
    style = {
        "color": {"field": colour_by, "fixed": "dark-green"},
        "opacity": 0.8,
        "size": {"fixed": 8, "min": 6, "max": 14},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
    }
    where = common.FrameGeometrySource().mode(shape.FrameGeometrySourceMode.COORDS)
    where.latitude(LATITUDE).longitude(LONGITUDE)
    layer = common.MapLayerOptions().type("markers").name(name).location(where).tooltip(True)
    return layer.config({"showLegend": True, "style": style})
