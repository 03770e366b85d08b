"""The provisioning files: the same bytes each time, parsed back whole, and rules that hold together."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from alerts.load import load_alerts
from dashboards.grafana.board import assemble, uid
from dashboards.grafana.boards.platform import platform
from dashboards.grafana.legend import Legend
from dashboards.grafana.provisioning import files, routes, rules
from dashboards.grafana.provisioning.texts import WATCHES as TEXTS
from dashboards.grafana.provisioning.watches import RETIRED, WATCHES
from dashboards.grafana.query import DATA_SOURCE
from devices.load import load_registry
from devices.problems import LANGUAGES, Language
from servers import Influxd
from stores.influxql import parse

CONFIG = Path(__file__).parents[2] / "config"
MULTIPLE = re.compile(r"(\d+)m")
LONGEST_UID = 40
REGISTRY = load_registry(CONFIG)
RULES = load_alerts(CONFIG, REGISTRY).rules


def legend(language: Language) -> Legend:
    return Legend(language, REGISTRY, RULES)


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> Legend:
    return legend(request.param)


def parsed(spoken: Legend) -> dict[str, Any]:
    return {path: yaml.safe_load(text) for path, text in files.rendered(spoken).items()}


def group(spoken: Legend) -> dict[str, Any]:
    found: dict[str, Any] = parsed(spoken)["alerting/vigiterre.yaml"]["groups"][0]
    return found


def test_rendering_again_gives_the_same_bytes(spoken: Legend) -> None:
    assert files.rendered(spoken) == files.rendered(legend(spoken.language))


def test_what_was_written_is_what_a_yaml_reader_finds(spoken: Legend) -> None:
    documents = parsed(spoken)
    assert documents["datasources/vigiterre.yaml"] == files.data_source()
    assert documents["dashboards/vigiterre.yaml"] == files.provider(spoken)
    assert documents["alerting/vigiterre.yaml"] == files.watchman(spoken)
    assert documents["alerting/vigiterre-policies.yaml"] == files.policies()
    assert all(document["apiVersion"] == 1 for document in documents.values())
    assert not any("&id" in text for text in files.rendered(spoken).values())


def test_the_data_source_is_one_for_all_influxdbs_and_holds_no_secret(spoken: Legend) -> None:
    (source,) = parsed(spoken)["datasources/vigiterre.yaml"]["datasources"]
    assert (source["uid"], source["type"], source["editable"]) == (DATA_SOURCE, "influxdb", False)
    assert source["jsonData"]["version"] == "InfluxQL"
    assert source["secureJsonData"] == {"password": "$__file{/run/secrets/influxdb_read_password}"}
    assert all(source[key].startswith("$VIGITERRE_INFLUX_") for key in ("url", "user"))
    assert source["jsonData"]["dbName"] == "$VIGITERRE_INFLUX_DATABASE"


def test_p14_the_folder_of_the_rules_is_that_of_the_dashboards_and_named_by_title_alone(spoken: Legend) -> None:
    (provider,) = parsed(spoken)["dashboards/vigiterre.yaml"]["providers"]
    assert provider["folder"] == group(spoken)["folder"]
    assert "folderUid" not in provider
    assert provider["options"]["path"].endswith(f"/{spoken.language}")


def test_p14_every_rule_has_a_short_uid_of_ours_and_a_title_of_its_own(spoken: Legend) -> None:
    found = group(spoken)["rules"]
    assert len({rule["uid"] for rule in found}) == len({rule["title"] for rule in found}) == len(WATCHES)
    for rule in found:
        assert re.fullmatch(r"vigiterre-watch-[a-z]+", rule["uid"])
        assert len(rule["uid"]) <= LONGEST_UID
    assert {watch.name for watch in WATCHES} == TEXTS.keys()
    assert not {watch.uid for watch in WATCHES} & set(RETIRED)


def test_each_step_of_a_rule_reads_a_step_that_is_there(spoken: Legend) -> None:
    for rule in group(spoken)["rules"]:
        refs = [query["refId"] for query in rule["data"]]
        assert rule["condition"] in refs
        for query in rule["data"]:
            assert query["model"]["refId"] == query["refId"]
            assert query["model"]["datasource"]["uid"] == query["datasourceUid"]
            assert query["model"].get("expression", refs[0]) in refs


def test_a_rule_waits_for_whole_intervals(spoken: Legend) -> None:
    interval = MULTIPLE.fullmatch(group(spoken)["interval"])
    assert interval
    assert int(interval[1]) * 60 == rules.INTERVAL_SECONDS
    for rule in group(spoken)["rules"]:
        lasting = MULTIPLE.fullmatch(rule["for"])
        assert lasting
        assert int(lasting[1]) % int(interval[1]) == 0


def test_a_rule_is_calm_again_on_the_other_side_of_where_it_fires() -> None:
    for watch in WATCHES:
        assert watch.calms <= watch.fires if watch.above else watch.calms >= watch.fires


def test_only_one_rule_rings_when_the_store_is_away(spoken: Legend) -> None:
    blind = {rule["uid"]: (rule["noDataState"], rule["execErrState"]) for rule in group(spoken)["rules"]}
    assert blind.pop("vigiterre-watch-down") == ("Alerting", "Alerting")
    assert set(blind.values()) == {("KeepLast", "KeepLast")}


def test_every_rule_leads_to_the_panel_that_shows_its_number(spoken: Legend) -> None:
    board = assemble(platform(spoken), spoken)
    panels = {panel.id_val: panel for panel in board.panels or []}
    for rule, watch in zip(group(spoken)["rules"], WATCHES, strict=True):
        annotations = rule["annotations"]
        assert annotations["__dashboardUid__"] == rule["dashboardUid"] == uid("platform", spoken) == board.uid
        assert int(annotations["__panelId__"]) == rule["panelId"]
        shown = panels[rule["panelId"]]
        assert any(watch.field in query.statement for query in getattr(shown, "targets", None) or []), watch.name


def test_grafana_expands_nothing_in_a_rule_that_is_not_meant_for_it(spoken: Legend) -> None:
    """`$` is expanded in titles, uids and labels; in annotations only `${`."""
    for rule in group(spoken)["rules"]:
        assert "$" not in rule["title"] + rule["uid"] + "".join(rule["labels"].values())
        assert not any("${" in text for text in rule["annotations"].values())
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]


def test_all_routes_lead_to_a_contact_point_that_loads_without_an_address() -> None:
    (point,) = routes.contact_points()
    tree = routes.policy()
    assert {tree["receiver"], *(route["receiver"] for route in tree["routes"])} == {point["name"]}
    (receiver,) = point["receivers"]
    unset = receiver["settings"]["addresses"].replace(routes.ADDRESS, "")
    assert unset, "Grafana does not start with an empty list of addresses"
    assert [one for one in re.split(r"[;,\n]", unset) if one] == []


def test_the_night_is_named_where_it_is_used_and_no_route_above_is_muted() -> None:
    tree = routes.policy()
    assert "mute_time_intervals" not in tree
    used = {name for route in tree["routes"] for name in route.get("mute_time_intervals", ())}
    assert used == {routes.night()["name"]}
    muted = [route for route in tree["routes"] if "mute_time_intervals" in route]
    assert [["severity", "=", "warning"] in route["object_matchers"] for route in muted] == [True]


def test_the_web_hook_lies_beside_in_a_file_grafana_does_not_read(spoken: Legend) -> None:
    (path,) = (path for path in files.rendered(spoken) if "webhook" in path)
    assert not path.endswith((".yaml", ".yml", ".json"))
    (point,) = parsed(spoken)[path]["contactPoints"]
    assert point["name"] == routes.CONTACT
    assert point["receivers"][0]["uid"] != routes.email("")["uid"]


def test_both_shapes_of_a_rule_say_the_same(spoken: Legend) -> None:
    by_file, by_api = rules.in_file(spoken), rules.in_api(spoken, "vigiterre")
    for one, other in zip(by_file, by_api, strict=True):
        shared = one.keys() & other.keys()
        assert shared >= {"uid", "title", "condition", "data", "for", "annotations", "labels"}
        assert {key: one[key] for key in shared} == {key: other[key] for key in shared}
        assert other.keys() - one.keys() == {"folderUID", "ruleGroup", "orgID"}
        assert one.keys() - other.keys() == {"dashboardUid", "panelId"}


def test_every_query_of_a_rule_finds_its_number_in_a_real_influxdb(influxd: Influxd, unique: str) -> None:
    """Two processes of ours, a mark every 15 s for four minutes; each counter grows by one a mark."""
    there = f"http://127.0.0.1:{influxd.port}"
    now = time.time_ns() // 1_000_000
    counters = ("notices_given_up_total", "store_retries_total")
    gauges = {
        "ingest_last_message_age_seconds": 700.0,
        "mqtt_connected": 0.0,
        "journal_lag_messages": 12_000.0,
        "alerts_lag_messages": 11_000.0,
        "data_free_bytes": 5e9,
        "data_total_bytes": 1e11,
    }
    marks = []
    for number in range(16):
        values = gauges | {name: float(number) for name in counters}
        fields = ",".join(f"{name}={value}" for name, value in values.items())
        when = now - 15_000 * (15 - number)
        marks += [f"platform,instance={instance} {fields} {when}" for instance in ("north", "south")]
    urllib3.request("POST", f"{there}/query?q=CREATE%20DATABASE%20{unique}")
    urllib3.request("POST", f"{there}/write?db={unique}&precision=ms", body="\n".join(marks))
    seen = {}
    for watch in WATCHES:
        statement = watch.statement.replace(
            "$timeFilter", f"time >= {now - watch.within * 1_000}ms AND time <= {now}ms"
        )
        body = urllib3.request("GET", f"{there}/query", fields={"q": statement, "db": unique, "epoch": "ms"}).data
        (found,) = parse(body)
        assert not found.error, json.loads(body)
        rows = [[row[1] for row in table.rows] for table in found.tables]
        seen[watch.name] = [values[-1] if watch.reducer == "last" else sum(values) for values in rows]
    growth = seen.pop("notices"), seen.pop("store")
    assert seen == {
        "down": [26.0],
        "quiet": [700.0, 700.0],
        "broker": [0.0, 0.0],
        "lag": [12_000.0, 12_000.0],
        "late": [11_000.0, 11_000.0],
        "disk": [5.0, 5.0],
    }
    assert all(len(each) == 2 and 11 <= min(each) <= max(each) <= 15 for each in growth)


def test_without_marks_the_query_of_the_dead_man_finds_nothing_at_all(influxd: Influxd, unique: str) -> None:
    """What Grafana calls NoData, and this rule takes for an alarm: a count of 0 would come only with GROUP BY time."""
    there = f"http://127.0.0.1:{influxd.port}"
    urllib3.request("POST", f"{there}/query?q=CREATE%20DATABASE%20{unique}")
    urllib3.request("POST", f"{there}/write?db={unique}&precision=ms", body="platform journal_lag_messages=1 1000")
    statement = WATCHES[0].statement.replace("$timeFilter", "time > now() - 180s")
    (found,) = parse(urllib3.request("GET", f"{there}/query", fields={"q": statement, "db": unique}).data)
    assert (found.tables, found.error) == ([], "")
