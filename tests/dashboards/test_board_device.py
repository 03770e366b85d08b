"""What is peculiar to the dashboard of one device: nothing that it measures is left out, nothing of others is in it."""

from collections import Counter

from shown import ENGLISH, REGISTRY, START, answers, panels_of, statements, store

from dashboards.grafana.board import assemble
from dashboards.grafana.boards.device import device
from dashboards.grafana.boards.device_quantities import GROUPS, STATES
from devices.quantity import Kind
from servers import Influxd

PANELS = panels_of(device)


def test_every_quantity_of_the_catalogue_is_on_exactly_one_panel() -> None:
    shown = Counter([name for group in GROUPS for name in group.quantities] + list(STATES))
    assert shown == Counter(REGISTRY.quantities.keys())


def test_what_is_a_state_in_the_catalogue_is_a_state_here_with_a_colour_for_each() -> None:
    states = {name: one.states for name, one in REGISTRY.quantities.items() if one.kind is Kind.STATE}
    assert {name: set(numbers) for name, numbers in states.items()} == {
        name: set(colours) for name, colours in STATES.items()
    }


def test_every_query_is_of_the_one_device() -> None:
    queries = [query for panel in PANELS.values() if panel["type"] != "text" for query in statements(panel)]
    assert len(queries) > len(REGISTRY.quantities)
    assert all('"device" =~ /^$device$/' in query for query in queries)


def test_its_newest_values_are_named_as_the_catalogue_does(influxd: Influxd, unique: str) -> None:
    panel = PANELS["Newest values"]
    store(influxd, unique, [f"building,device=d co2=612,air_temperature=21.4,door_open=1 {START}"])
    [[row]] = answers(influxd, unique, panel)
    del row["time"]
    assert row == {"last_co2": 612, "last_air_temperature": 21.4}
    [names] = [
        one["value"][0]["options"]
        for override in panel["fieldConfig"]["overrides"]
        for one in override["properties"]
        if one["id"] == "mappings"
    ]
    assert names["last_co2"]["text"] == "Carbon dioxide (CO2), ppm"


def test_exactly_one_device_is_chosen() -> None:
    dashboard = assemble(device(ENGLISH), ENGLISH)
    assert dashboard.templating.list_val is not None
    [chosen] = [one for one in dashboard.templating.list_val if one.name == "device"]
    assert (chosen.include_all, chosen.multi) == (False, False)
    assert [one.name for one in dashboard.templating.list_val] == ["policy", "domain", "commune", "site", "device"]
