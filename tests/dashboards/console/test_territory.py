"""Territoire: the map's data and its twin, served on a real socket."""

import json
import re
import time
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from consoles import CONFIG, REGISTRY, RULES, SCRIPT, Served, console_of, sources_of

from alerts.alert import Alert
from alerts.notices.case import Case, case_of
from alerts.rule import Level
from dashboards.console.present import Present
from dashboards.console.site import Site
from dashboards.console.territory.page import ROWS_OF_WALL, routes
from dashboards.console.territory.texts import OF_SCRIPT, TEXTS
from devices.device import Device, Placement
from devices.registry import Registry, registry_of
from stores.port import Latest

NOW = time.time_ns() // 1_000_000
MODEL = REGISTRY.models["road-weather-station"]
OUTLINE = (CONFIG / "reference/departement-03.geojson").read_bytes()
ICY, LATE = "d945-souvigny", "d2009-saint-pourcain"
DEVICES_JSON = "/territory/devices.geojson"


def heard(name: str, at: int) -> Latest:
    return Latest(REGISTRY.profiles[name].series_at(at), "air_temperature", at, -0.8)


def case(name: str, level: Level = Level.CRITICAL, among: Registry = REGISTRY, **given: str) -> Case:
    rule = next(iter(RULES.values()))
    if given:
        rule = replace(rule, title={"fr": given["title"], "en": given["title"]})
    alert = Alert(7, rule.id, among.profiles[name].series_at(NOW), level, level, NOW, NOW)
    return case_of(alert, rule, among, among.towns)


def strange() -> Registry:
    place = Placement("site", SCRIPT, "03190", 46.5, 3.3, None)
    nowhere = replace(place, name="Nulle part", latitude=None, longitude=None)
    devices = [
        Device(name, MODEL.id, "road", "", "", (), {}, (stay,)) for name, stay in (("odd", place), ("lost", nowhere))
    ]
    return registry_of(REGISTRY.quantities.values(), [MODEL], devices, REGISTRY.towns)


def pages(present: Present | None = None, tiles: str = "", **given: object) -> Served:
    console = console_of(sources_of(**({"outline": lambda: OUTLINE} | given)), present)
    site: Site = replace(console.site, tiles=tiles)
    return Served(routes(replace(console, site=site)))


PRESENT = Present([heard(ICY, NOW - 1000), heard(LATE, NOW - 86_400_000)])


def test_tallies_say_how_many_devices_are_how() -> None:
    with pages(PRESENT, open_alerts=lambda: [case(ICY), case(ICY, Level.WARNING)]) as served:
        body = served.get("/").body
    counts = dict(re.findall(r'href="/devices\?state=(\w+)&amp;sort=state">[^<]*</a></dt><dd>(\d+)</dd>', body))
    silent = len(REGISTRY.devices) - 2
    assert counts == {"critical": "1", "warning": "0", "info": "0", "ok": "1", "late": "1", "silent": str(silent)}


def test_the_list_puts_alerts_first_then_those_not_heard() -> None:
    with pages(PRESENT, open_alerts=lambda: [case(ICY)]) as served:
        body = served.get("/").body
    found = re.findall(r'scope="row".*?href="/devices/([^"]+)"', body, re.DOTALL)
    assert found[:2] == [ICY, LATE]
    assert sorted(found) == sorted(REGISTRY.devices)
    assert 'href="/alerts/7"' in body


def test_p24_the_list_says_all_that_the_map_says() -> None:
    with pages(PRESENT, open_alerts=lambda: [case(ICY)]) as served:
        body, features = served.get("/").body, json.loads(served.get(DEVICES_JSON).body)["features"]
    assert len(features) == len(REGISTRY.devices)
    for feature in features:
        facts = feature["properties"]
        assert f'href="/devices/{feature["id"]}"' in body
        for text in (facts["name"], facts["commune"], *(title for *_, title in facts.get("alerts", ()))):
            assert text.replace("'", "&#39;") in body


def test_the_map_is_given_longitude_before_latitude_and_the_gravest_alert_first() -> None:
    with pages(PRESENT, open_alerts=lambda: [case(ICY, Level.INFO), case(ICY)]) as served:
        first = json.loads(served.get(DEVICES_JSON).body)["features"][0]
    assert first["id"] == ICY
    assert first["geometry"]["coordinates"] == [3.1923, 46.5262]
    assert [level for _, level, _ in first["properties"]["alerts"]] == ["critical", "info"]
    assert first["properties"]["state"] == "ok"


@pytest.mark.parametrize("path", [DEVICES_JSON, "/territory.geojson"])
def test_what_did_not_change_is_not_sent_again(path: str) -> None:
    with pages() as served:
        answer = served.get(path)
        assert answer.headers["Content-Type"] == "application/geo+json"
        again = served.get(path, **{"If-None-Match": answer.headers["ETag"]})
        assert (again.status, again.body) == (304, "")
        assert served.get(path, **{"If-None-Match": '"other"'}).status == 200


def test_an_alert_changes_the_tag() -> None:
    open_alerts: list[Case] = []
    with pages(open_alerts=lambda: open_alerts) as served:
        before = served.get(DEVICES_JSON).headers["ETag"]
        open_alerts.append(case(ICY))
        assert served.get(DEVICES_JSON).headers["ETag"] != before


def test_the_outline_is_ours() -> None:
    with pages() as served:
        assert served.get("/territory.geojson").body == OUTLINE.decode()
        assert 'data-outline="/territory.geojson"' in served.get("/").body


def test_without_an_outline_the_map_has_none_and_says_so() -> None:
    with pages(outline=lambda: None) as served:
        assert served.get("/territory.geojson").status == 404
        body = served.get("/").body
    assert "data-outline" not in body
    assert TEXTS["fr"]["no_outline"] in unescape(body)


def test_no_other_machine_is_asked_unless_a_setting_names_it() -> None:
    with pages() as served:
        answer = served.get("/")
        assert "http" not in answer.headers["Content-Security-Policy"]
        assert "data-tiles" not in answer.body
    with pages(tiles="https://tiles.example.org/{z}/{x}/{y}.png") as served:
        answer = served.get("/")
        assert "https://tiles.example.org" in answer.headers["Content-Security-Policy"]
        assert 'data-tiles="https://tiles.example.org/{z}/{x}/{y}.png"' in answer.body
        assert "Fond de carte : tiles.example.org." in answer.body.replace("\N{NO-BREAK SPACE}", " ")


def test_without_scripts_the_map_is_not_there_and_the_list_is() -> None:
    with pages() as served:
        body = served.get("/").body
    assert re.search(r'<section class="mapped"[^>]* hidden>', body)
    assert '<section class="listed" aria-labelledby="list">' in body
    assert not re.search(r"<script(?![^>]*(src=|application/json))", body)
    assert "style=" not in body


def test_strange_names_stay_text_everywhere() -> None:
    among = strange()
    with pages(registry=lambda: among, open_alerts=lambda: [case("odd", among=among, title=SCRIPT)]) as served:
        for path in ("/", "/?wall"):
            body = served.get(path).body
            assert SCRIPT not in body
            assert "&lt;script&gt;" in body
        answer = served.get(DEVICES_JSON)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(answer.body)["features"][0]["properties"]["name"] == SCRIPT


def test_a_device_without_coordinates_is_in_the_list_only_and_that_is_said() -> None:
    with pages(registry=strange) as served:
        body = served.get("/").body
        features = json.loads(served.get(DEVICES_JSON).body)["features"]
    assert [feature["id"] for feature in features] == ["odd"]
    assert 'href="/devices/lost"' in body
    assert TEXTS["fr"]["unplaced_1"] in unescape(body)


def test_what_ails_the_platform_is_said_above_and_the_rest_is_shown() -> None:
    with pages(checks=lambda: {"broker": "", "store": "La base ne répond pas."}) as served:
        body = served.get("/").body
    assert "La base ne répond pas." in body
    assert 'id="list"' in body


def test_a_wall_screen_shows_only_what_is_to_be_seen() -> None:
    with pages(PRESENT, open_alerts=lambda: [case(ICY)]) as served:
        body = served.get("/?wall").body
    found = re.findall(r'scope="row".*?href="/devices/([^"]+)"', body, re.DOTALL)
    assert found[:2] == [ICY, LATE]
    assert len(found) == ROWS_OF_WALL
    assert '<html lang="fr" class="wall"' in body


def test_a_wall_screen_where_all_is_well_says_so() -> None:
    now = time.time_ns() // 1_000_000
    everything = Present([heard(name, now) for name in REGISTRY.devices])
    with pages(everything) as served:
        assert TEXTS["fr"]["well"] in served.get("/?wall").body


@pytest.mark.parametrize("page", ["0", "-1", "x", "9999999999", "%00", "1.5"])
def test_a_wrong_page_is_said_and_the_beginning_is_shown(page: str) -> None:
    with pages() as served:
        for language in ("fr", "en"):
            answer = served.get(f"/?page={page}&lang={language}")
            assert answer.status == 400
            assert TEXTS[language]["wrong"] in answer.body
            assert 'scope="row"' in answer.body


def test_the_list_of_a_large_territory_is_paged() -> None:
    place = Placement("site", "Place", "03190", 46.5, 3.3, None)
    many = [Device(f"d{n:04}", MODEL.id, "road", "", "", (), {}, (place,)) for n in range(250)]
    large = registry_of(REGISTRY.quantities.values(), [MODEL], many, REGISTRY.towns)
    with pages(registry=lambda: large) as served:
        found = [
            name
            for page in (1, 2, 3)
            for name in re.findall(
                r'scope="row".*?href="/devices/([^"]+)"', served.get(f"/?page={page}").body, re.DOTALL
            )
        ]
    assert found == [one.id for one in many]


def test_both_languages_say_everything_and_the_script_finds_its_words() -> None:
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()
    assert set(OF_SCRIPT) <= TEXTS["fr"].keys()
    with pages() as served:
        for language in ("fr", "en"):
            body = served.get(f"/?lang={language}").body
            words = json.loads(re.search(r'id="territory-words">(.*?)</script>', body, re.DOTALL)[1])  # type: ignore[index]
            assert words["open"] == TEXTS[language]["open"]
            assert set(re.findall(r"words\.(\w+)", _scripts())) <= words.keys()


def _scripts() -> str:
    assets = Path(__file__).parents[3] / "dashboards/console/assets"
    return "".join(path.read_text() for path in (assets / "territory.js", assets / "map/markers.js"))
