"""What is rendered: the committed files, every panel's words, the layout, the two languages."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.runtime import Runtime
from grafana_foundation_sdk.models.dashboard import Dashboard

from alerts.load import load_alerts
from dashboards.grafana.board import OUR_TAG
from dashboards.grafana.legend import Legend, legend_of, typeset, view_of
from dashboards.grafana.provisioning import files
from dashboards.grafana.query import variant
from dashboards.grafana.render import boards, rendered, write
from devices.errors import VigiterreError
from devices.load import load_registry
from devices.problems import LANGUAGES, Language
from devices.registry import registry_of

CONFIG = Path(__file__).parents[2] / "config"
REGISTRY = load_registry(CONFIG)
RULES = load_alerts(CONFIG, REGISTRY).rules
LEGENDS = {language: legend_of(REGISTRY, RULES, language) for language in LANGUAGES}
FILES = {
    (language, name): json.loads(text) for language in LANGUAGES for name, text in rendered(LEGENDS[language]).items()
}
EVERY = pytest.mark.parametrize(("language", "name"), FILES, ids=lambda part: part.removesuffix(".json"))
AT_LEAST = {"territory", "winter", "traffic", "buildings", "air-noise", "rivers", "weather", "fleet", "device"}
AT_LEAST |= {"alerts", "platform"}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def test_every_dashboard_of_the_field_is_there() -> None:
    assert {board.slug for board in boards(LEGENDS["fr"])} >= AT_LEAST


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_committed_files_are_what_the_code_renders(language: Language) -> None:
    folder = CONFIG / "grafana/dashboards" / language
    committed = {path.name: path.read_text() for path in folder.glob("*.json")}
    assert committed == rendered(LEGENDS[language]), "run `vigiterre dashboards render`"
    folder = CONFIG / "grafana/provisioning" / language
    committed = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert committed == files.rendered(LEGENDS[language]), "run `vigiterre dashboards render`"


def test_rendering_again_gives_the_same_bytes() -> None:
    again = legend_of(load_registry(CONFIG), RULES, "fr")
    assert rendered(again) == rendered(LEGENDS["fr"])


@EVERY
def test_the_sdk_reads_it_back_without_losing_a_key(language: Language, name: str) -> None:
    Runtime().register_dataquery_variant(variant())
    back = json.dumps(Dashboard.from_json(FILES[language, name]), cls=JSONEncoder)
    assert json.loads(back) == FILES[language, name]


@EVERY
def test_every_panel_says_what_it_shows_and_what_an_empty_one_means(language: Language, name: str) -> None:
    for panel in panels(FILES[language, name]):
        assert panel["title"], panel["id"]
        assert len(panel["description"]) > 15, panel["title"]
        if panel["type"] != "text":
            assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]


@EVERY
def test_panels_fill_the_grid_without_overlap(language: Language, name: str) -> None:
    cells = [(panel["id"], panel["gridPos"]) for panel in FILES[language, name]["panels"]]
    for (first, a), (second, b) in combinations(cells, 2):
        apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        assert apart or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"], (first, second)
    assert all(place["x"] + place["w"] <= 24 for _, place in cells)


@EVERY
def test_panels_have_numbers_of_their_own_and_the_dashboard_a_tag_and_a_uid(language: Language, name: str) -> None:
    dashboard = FILES[language, name]
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert OUR_TAG in dashboard["tags"]
    assert dashboard["uid"] == f"vigiterre-{name.removesuffix('.json')}{'' if language == 'fr' else '-en'}"
    assert len(dashboard["uid"]) <= 40


def test_the_two_languages_differ_in_words_only() -> None:
    for (language, name), french in FILES.items():
        if language == "fr":
            english = FILES["en", name]
            assert [panel["gridPos"] for panel in french["panels"]] == [panel["gridPos"] for panel in english["panels"]]
            assert queries(french) == queries(english)
            assert {panel["title"] for panel in panels(french)} != {panel["title"] for panel in panels(english)}


def queries(dashboard: dict[str, Any]) -> list[str]:
    return [target["query"] for panel in dashboard["panels"] for target in panel.get("targets", [])]


def test_long_ranges_read_the_rollups_and_short_ones_what_was_measured() -> None:
    for (_, name), dashboard in FILES.items():
        [policy] = [one for one in dashboard["templating"]["list"] if one["name"] == "policy"]
        assert policy["refresh"] == 2, name  # asked anew when the range of time changes
        assert "$__to - $__from" in policy["query"]
    assert any('"$policy"' in query for dashboard in FILES.values() for query in queries(dashboard))


def test_french_has_its_no_break_spaces() -> None:
    assert typeset("Vide : « rien » ; sûr ?") == "Vide\u00a0: «\u00a0rien\u00a0»\u00a0; sûr\u00a0?"


def test_a_map_opens_on_all_devices_and_on_france_without_any() -> None:
    latitude, longitude, zoom = view_of(REGISTRY)
    assert 46 < latitude < 47
    assert 2.5 < longitude < 4
    assert 7 <= zoom <= 10
    assert view_of(registry_of([], [], [])) == (46.5, 2.5, 6)


def test_what_is_no_longer_rendered_is_removed_and_only_that(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("mine")
    stale = [tmp_path / "old.json"]
    assert write({"in/new.json": "1\n"}, tmp_path, stale) == [tmp_path / "old.json", tmp_path / "in/new.json"]
    assert write({"in/new.json": "1\n"}, tmp_path, [tmp_path / "in/new.json"]) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "notes.txt"]


def test_a_territory_that_lacks_what_a_dashboard_names_is_told_so_and_how_to_mend_it() -> None:
    with pytest.raises(VigiterreError, match=r'rules\.toml has no "\w+".*put it back'):
        rendered(legend_of(REGISTRY, {}, "en"))
    with pytest.raises(VigiterreError, match=r'quantities\.toml has no "co2"'):
        Legend("en", registry_of([], [], []), {}).quantity("co2")
