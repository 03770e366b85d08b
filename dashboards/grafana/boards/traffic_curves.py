"""Traffic over time: per hour, per day, and the profile of a day."""

from grafana_foundation_sdk.builders import barchart, common
from grafana_foundation_sdk.models import common as shape
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from dashboards.grafana.influxql import calculated, called, history
from dashboards.grafana.legend import Legend
from dashboards.grafana.panel import TIME_COLUMN, Override, Panel, Words, begin, finish, lines
from dashboards.grafana.query import InfluxQuery

DOMAIN = "road"
VEHICLES, TRUCKS, SPEED = "vehicle_count", "truck_count", "vehicle_speed"
BICYCLES, PEDESTRIANS = "bicycle_count", "pedestrian_count"
COUNTS = (VEHICLES, TRUCKS, BICYCLES, PEDESTRIANS)
SHARE = "share"


def per_hour(legend: Legend) -> Panel:
    words = Words(
        legend.say("Véhicules par heure", "Vehicles per hour"),
        legend.say(
            "Somme par heure et par compteur. La dernière heure n'est pas finie : elle paraît basse.",
            "Sum per hour and counter. The last hour is not over: it looks low.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [VEHICLES], "sum", every="1h"), alias="$tag_device")
    return lines(legend, words, [query], "none", size=(24, 9), least=0, decimals=0)


def speed(legend: Legend) -> Panel:
    words = Words(
        legend.label(SPEED),
        legend.say(
            "La plus basse des moyennes de chaque intervalle. Tirets : seuil de la règle « Circulation bloquée ou très "
            "ralentie ».",
            "The lowest mean of each interval. Dashes: limit of the rule “Traffic standing or very slow”.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [SPEED], "min"), alias="$tag_device")
    steps = legend.limits("traffic_stopped")
    return lines(legend, words, [query], legend.unit(SPEED), steps=steps, least=0, decimals=0)


def truck_share(legend: Legend) -> Panel:
    words = Words(
        legend.say("Part des poids lourds par heure", "Share of trucks per hour"),
        legend.say(
            "Poids lourds sur véhicules de l'heure. La nuit, peu de véhicules : la part saute.",
            "Trucks of the hour's vehicles. At night vehicles are few: the share jumps.",
        ),
    )
    formula = f"{called('sum', TRUCKS)} / {called('sum', VEHICLES)} * 100"
    query = InfluxQuery(calculated(DOMAIN, {SHARE: formula}, every="1h"), alias="$tag_device")
    return lines(legend, words, [query], "percent", least=0, decimals=1)


def per_day(legend: Legend, quantity: str) -> Panel:
    words = Words(
        {
            BICYCLES: legend.say("Vélos par jour", "Bicycles per day"),
            PEDESTRIANS: legend.say("Piétons par jour", "Pedestrians per day"),
        }[quantity],
        legend.say(
            "Somme par jour et par compteur, empilée. Jours de minuit à minuit UTC, soit 1 h ou 2 h à Paris ; le "
            "premier et le dernier jour sont incomplets.",
            "Sum per day and counter, stacked. Days from midnight to midnight UTC, 1 or 2 o'clock in Paris; the first "
            "and the last day are not whole.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [quantity], "sum", every="1d"), alias="$tag_device")
    return lines(legend, words, [query], "none", bars=True, stacked=True, least=0, decimals=0)


def day_profile(legend: Legend) -> Panel:
    """Hours of the day along the axis; InfluxQL has no hour of the day, so Grafana's page groups the hourly sums."""
    words = Words(
        legend.say("Profil d'une journée", "Profile of a day"),
        legend.say(
            "Véhicules et poids lourds par heure de la journée, tous compteurs choisis ensemble, en moyenne des jours "
            "affichés (heure du navigateur). Choisir une semaine ou plus.",
            "Vehicles and trucks by hour of the day, all chosen counters together, as mean of the days shown (time of "
            "the browser). Choose a week or more.",
        ),
    )
    query = InfluxQuery(history(DOMAIN, [VEHICLES, TRUCKS], "sum", by=(), every="1h"), "table")
    panel = barchart.Panel()
    begin(panel, legend, words, [query], (24, 8))
    panel.unit("none").decimals(0).min(0).x_field(TIME_COLUMN)
    panel.show_value(shape.VisibilityMode.NEVER)
    panel.legend(
        common.VizLegendOptions()
        .display_mode(shape.LegendDisplayMode.LIST)
        .placement(shape.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    panel.tooltip(common.VizTooltipOptions().mode(shape.TooltipDisplayMode.MULTI).sort(shape.SortOrder.NONE))
    for step in by_hour_of_day((VEHICLES, TRUCKS)):
        panel.with_transformation(step)
    titles = {VEHICLES: legend.say("Véhicules", "Vehicles"), TRUCKS: legend.say("Poids lourds", "Trucks")}
    return finish(panel, [Override(f"{name} (mean)", {"displayName": title}) for name, title in titles.items()], "")


def by_hour_of_day(fields: tuple[str, ...]) -> list[DataTransformerConfig]:
    """Time becomes `17:00`, rows of one hour their mean, in the order of the day."""
    grouped: dict[str, object] = {TIME_COLUMN: {"aggregations": [], "operation": "groupby"}}
    grouped |= {field: {"aggregations": ["mean"], "operation": "aggregate"} for field in fields}
    shown = {"timeField": TIME_COLUMN, "outputFormat": "HH:00", "timezone": "browser"}
    return [
        DataTransformerConfig("formatTime", options=shown),
        DataTransformerConfig("groupBy", options={"fields": grouped}),
        DataTransformerConfig("sortBy", options={"fields": {}, "sort": [{"field": TIME_COLUMN, "desc": False}]}),
    ]
