"""Grafana knows no role of ours: what may tell of persons is asked for by the hour by every panel."""

import json
import re
from dataclasses import replace

import pytest
from shown import ENGLISH, START, answers, panels_of, store

from dashboards.grafana.board import assemble
from dashboards.grafana.boards.device import device
from dashboards.grafana.legend import Legend
from dashboards.grafana.render import as_json, boards
from devices.schema import ROLLUP
from servers import Influxd

PERSONAL = sorted(name for name, one in ENGLISH.registry.quantities.items() if one.personal is not None)
NAMED = re.compile(r"(?<![a-z0-9_])(" + "|".join(PERSONAL) + r")(?![a-z0-9])")
OF_POLICY = re.compile(r'FROM "([^"]+)"\."')
DOOR = "building,device=d,model=m,site=s,commune=03190"


def asked_of(legend: Legend) -> dict[str, str]:
    """Each statement that names a personal quantity -> its panel."""
    found = {}
    for board in boards(legend):
        dashboard = json.loads(as_json(assemble(board, legend)))
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                if NAMED.search(target["query"]):
                    found[target["query"]] = panel["title"]
    return found


def test_no_panel_asks_for_raw_values_of_persons() -> None:
    found = asked_of(ENGLISH)
    assert len(found) >= len(PERSONAL)
    for statement, panel in found.items():
        assert set(OF_POLICY.findall(statement)) == {ROLLUP}, panel


def test_where_a_quantity_is_not_personal_the_range_of_time_chooses_as_for_all_others() -> None:
    quantities = {name: replace(one, personal=None) for name, one in ENGLISH.registry.quantities.items()}
    legend = replace(ENGLISH, registry=replace(ENGLISH.registry, quantities=quantities))
    policies = {policy for statement in asked_of(legend) for policy in OF_POLICY.findall(statement)}
    assert ROLLUP not in policies


@pytest.mark.parametrize("policy", ["autogen", ROLLUP])
def test_a_door_is_drawn_of_its_hours_alone(influxd: Influxd, unique: str, policy: str) -> None:
    store(influxd, unique, [f"{DOOR} door_open=1 {START}"], policy)
    if policy != ROLLUP:
        store(influxd, unique, [f"{DOOR} co2=1 {START}"], ROLLUP)
    rows = [row for query in answers(influxd, unique, panels_of(device)["States"]) for row in query]
    assert [row["door_open"] for row in rows] == ([1] if policy == ROLLUP else [])
