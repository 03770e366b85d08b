"""Capteurs: the list of devices, served on a real socket."""

import csv
import io
import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote

import pytest
from consoles import REGISTRY, RULES, SCRIPT, Served, console_of, sources_of
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Alert
from alerts.notices.case import Case, case_of
from alerts.rule import Level
from dashboards.console.devices.page import routes
from dashboards.console.devices.query import SORTS, STATES, Query, in_order, read_query, standing
from dashboards.console.devices.texts import LISTED, TEXTS
from dashboards.console.fleet import Card, FleetInForce, Glance, State, fleet_of, states
from dashboards.console.pieces.visible import fold
from dashboards.console.present import Present
from devices.device import Device, Placement
from devices.registry import Registry, registry_of
from stores.port import Latest

NOW = time.time_ns() // 1_000_000
MINUTE, DAY = 60_000, 86_400_000
FLEET = fleet_of(REGISTRY)
MODEL = REGISTRY.models["road-weather-station"]
FRESH, OLD, NEVER = "d945-souvigny", "d2009-saint-pourcain", "d7-mayet"


def device(name: str, place: str, commune: str = "03190", **given: str) -> Device:
    stay = Placement(f"site-{name}", place, commune, 46.5, 3.3, None)
    return Device(name, MODEL.id, "road", given.get("owner", "departement-03"), "", (), {}, (stay,))


def registry(*devices: Device) -> Registry:
    return registry_of(REGISTRY.quantities.values(), [MODEL], devices, REGISTRY.towns)


def heard(name: str, at: int, value: float = -0.8, among: Registry = REGISTRY) -> Latest:
    return Latest(among.profiles[name].series_at(at), "air_temperature", at, value)


def case(name: str, level: Level, number: int = 1, among: Registry = REGISTRY) -> Case:
    rule = next(iter(RULES.values()))
    alert = Alert(number, rule.id, among.profiles[name].series_at(NOW), level, level, NOW, NOW)
    return case_of(alert, rule, among, among.towns)


PRESENT = Present([heard(FRESH, NOW - MINUTE), heard(OLD, NOW - DAY)])


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    sources = sources_of(open_alerts=lambda: [case(OLD, Level.WARNING), case(OLD, Level.CRITICAL, 2)])
    with Served(routes(console_of(sources, PRESENT))) as pages:
        yield pages


def ids(body: str) -> list[str]:
    """Devices of the table, in order."""
    return re.findall(r'scope="row".*?href="/devices/([^"]+)"', body, re.DOTALL)


def test_all_devices_are_counted_and_shown_by_pages_of_25(served: Served) -> None:
    body = served.get("/devices").body
    assert f'role="status">{len(REGISTRY.devices)} capteurs.' in body
    assert len(ids(body)) == 25


def test_every_device_is_on_exactly_one_page(served: Served) -> None:
    pages = -(-len(REGISTRY.devices) // 25)
    found = [name for page in range(1, pages + 1) for name in ids(served.get(f"/devices?page={page}").body)]
    assert sorted(found) == sorted(REGISTRY.devices)


def test_a_page_beyond_the_last_is_the_last(served: Served) -> None:
    assert ids(served.get("/devices?page=999").body)


@pytest.mark.parametrize(("state", "expected"), [("late", OLD), ("ok", FRESH), ("critical", OLD), ("alert", OLD)])
def test_a_state_filters(served: Served, state: str, expected: str) -> None:
    assert ids(served.get(f"/devices?state={state}").body) == [expected]


def test_a_device_counts_by_the_worst_of_its_alerts(served: Served) -> None:
    assert ids(served.get("/devices?state=warning").body) == []


def test_a_device_never_heard_is_listed_as_such(served: Served) -> None:
    assert NEVER in ids(served.get("/devices?state=silent&size=100").body)


def test_words_are_found_without_accents_and_all_of_them(served: Served) -> None:
    assert ids(served.get(f"/devices?text={quote('ENTREE souvigny')}").body) == [FRESH]
    assert ids(served.get(f"/devices?text={quote('entrée nulle-part')}").body) == []


def test_filters_stay_in_links(served: Served) -> None:
    body = served.get("/devices?domain=road&text=d&size=25&sort=commune").body
    sorts = re.findall(r'href="/devices(\?[^"]*sort=model[^"]*)"', body)
    assert sorts
    assert all("domain=road" in link and "text=d" in link for link in sorts)
    assert re.search(r'href="/devices\.csv\?[^"]*domain=road', body)


def test_the_sorted_column_says_so_and_its_link_turns_the_order(served: Served) -> None:
    body = served.get("/devices?sort=commune").body
    heading = re.search(r'<th[^>]*aria-sort="ascending"[^>]*>(.*?)</th>', body, re.DOTALL)
    assert heading
    assert "direction=desc" in heading[1]
    assert body.count("aria-sort") == 1


def test_the_newest_come_first_and_the_silent_last_in_either_direction(served: Served) -> None:
    total = len(REGISTRY.devices)
    for direction, first in (("asc", [FRESH, OLD]), ("desc", [OLD, FRESH])):
        body = served.get(f"/devices?sort=newest&direction={direction}&size=100").body
        assert ids(body)[:2] == first
        assert len(ids(body)) == min(total, 100)


def test_the_worst_state_comes_first(served: Served) -> None:
    assert ids(served.get("/devices?sort=state").body)[0] == OLD


def test_values_are_said_in_words_and_can_live(served: Served) -> None:
    body = served.get(f"/devices?text={FRESH}").body
    assert f'data-live data-device="{FRESH}" data-quantity="air_temperature">−0,8\N{NO-BREAK SPACE}°C' in body
    assert f'data-live-time="{FRESH}"' in body


@pytest.mark.parametrize("query", [
    "domain=sea", "commune=99999", "site=nowhere", "model=x", "state=odd", "sort=odd", "direction=up", "size=26",
    "size=x", "page=0", "page=-1", "page=x", "page=99999999999999999999", "page=%C2%B2", "text=" + 201 * "a",
    "domain=%00", "commune=" + quote(SCRIPT),
])  # fmt: skip
@pytest.mark.parametrize("path", ["/devices", "/devices.csv"])
def test_a_wrong_parameter_is_said_at_the_top_and_beside_its_field(served: Served, path: str, query: str) -> None:
    name = query.partition("=")[0]
    for language in ("fr", "en"):
        answer = served.get(f"{path}?{query}&lang={language}")
        assert answer.status == 400
        assert TEXTS[language]["wrong"] in answer.body
        assert 'role="alert"' in answer.body
        assert SCRIPT not in answer.body
        if name != "page":
            assert f'id="{name}-error"' in answer.body
            assert re.search(rf'aria-describedby="[^"]*{name}-error"', answer.body)


def test_an_empty_result_says_how_to_widen_it(served: Served) -> None:
    body = served.get("/devices?domain=road&text=zzzz").body.replace("\N{NO-BREAK SPACE}", " ")
    assert "Aucun capteur ne correspond." in body
    assert 'href="/devices?text=zzzz">sans le filtre « Domaine »' in body
    assert "Effacer les filtres" in body
    assert 'href="/devices?domain=road">sans le filtre « Recherche »' in body


def test_an_empty_registry_says_where_devices_come_from() -> None:
    with Served(routes(console_of(sources_of(registry=registry)))) as pages:
        assert "devices.csv" in pages.get("/devices").body


def test_a_strange_name_stays_text() -> None:
    strange = registry(device("odd", SCRIPT, owner=SCRIPT))
    with Served(routes(console_of(sources_of(registry=lambda: strange)))) as pages:
        for path in ("/devices", "/devices?text=" + quote(SCRIPT)):
            body = pages.get(path).body
            assert SCRIPT not in body
            assert "&lt;script&gt;" in body


def rows_of(body: str) -> list[list[str]]:
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body.removeprefix("\ufeff")), delimiter=";"))


def test_the_csv_is_the_whole_result_for_a_french_spreadsheet(served: Served) -> None:
    answer = served.get("/devices.csv?sort=newest&page=3")
    heading, *rows = rows_of(answer.body)
    assert len(rows) == len(REGISTRY.devices)
    first = dict(zip(heading, rows[0], strict=True))
    assert first["Identifiant"] == FRESH
    assert first["Température de l'air (°C)"] == "-0,8"
    assert first["Latitude"] == "46,5262"
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", first["Dernière mesure (heure de Paris)"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="capteurs.csv"'


def test_the_csv_is_filtered_as_the_page_is(served: Served) -> None:
    _, row = rows_of(served.get("/devices.csv?state=critical&lang=en").body)
    assert row[0] == OLD


def test_a_name_never_becomes_a_formula() -> None:
    strange = registry(device("odd", '=HYPERLINK("x")', owner="+1"))
    with Served(routes(console_of(sources_of(registry=lambda: strange)))) as pages:
        _, row = rows_of(pages.get("/devices.csv").body)
        assert row[1] == '\'=HYPERLINK("x")'


def test_both_languages_say_everything() -> None:
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()
    assert LISTED["fr"].keys() == LISTED["en"].keys()
    assert {*STATES, *(f"{part}" for part in State)} <= LISTED["fr"].keys()


def test_english_is_english(served: Served) -> None:
    body = served.get("/devices?lang=en").body
    assert '<html lang="en"' in body
    assert f"{len(REGISTRY.devices)} devices." in body


def test_another_registry_makes_another_fleet_and_the_same_one_does_not() -> None:
    held = [registry(device("a", "A"))]
    fleet = FleetInForce(lambda: held[0])
    first = fleet.now()
    assert fleet.now() is first
    held[0] = registry(device("b", "B"))
    assert [card.id for card in fleet.now().cards] == ["b"]


def test_names_are_in_the_order_of_people() -> None:
    several = registry(
        *(device(f"d{n}", name) for n, name in enumerate(["salle 10", "Église", "salle 2", "école", "Zoo"]))
    )
    assert [card.name for card in fleet_of(several).cards] == ["école", "Église", "salle 2", "salle 10", "Zoo"]


def test_a_ligature_is_found_by_its_letters() -> None:
    assert fold("Radier de l’Œil") == "radier de l'oeil"


@given(st.text(max_size=30), st.sampled_from(SORTS), st.sampled_from(["asc", "desc"]), st.integers(1, 1_000_000))
def test_a_link_reads_back_as_what_was_asked(text: str, sort: str, direction: str, page: int) -> None:
    asked = Query(text=text.strip(), sort=sort, direction=direction, page=page)
    link = asked.link().removeprefix("?")
    read, wrong = read_query(dict(parse_qsl(link, keep_blank_values=True)), FLEET)
    assert (read, wrong) == (asked, [])


@given(st.dictionaries(st.sampled_from(["domain", "commune", "site", "model", "state", "text", "sort", "direction",
                                        "page", "size"]), st.text(max_size=250)))  # fmt: skip
def test_no_query_breaks_its_reading(given_: dict[str, str]) -> None:
    query, _wrong = read_query(given_, FLEET)
    assert len(standing(FLEET, query)) <= len(FLEET.cards)


FOUND = st.lists(
    st.tuples(st.sampled_from(FLEET.cards), st.none() | st.integers(0, NOW)), unique_by=lambda one: one[0].id
)


@given(FOUND, st.sampled_from(SORTS), st.sampled_from(["asc", "desc"]))
def test_sorting_loses_nobody(found: list[tuple[Card, int | None]], sort: str, direction: str) -> None:
    cards = [card for card, _ in found]
    glance = Glance(Present([heard(card.id, at) for card, at in found if at is not None]), [], NOW)
    ordered = in_order(cards, Query(sort=sort, direction=direction), glance)
    assert sorted(card.id for card in ordered) == sorted(card.id for card in cards)


@given(st.integers(0, 10 * DAY))
def test_a_device_is_late_after_three_of_its_intervals(age: int) -> None:
    card = next(card for card in FLEET.cards if card.id == FRESH)
    (found,) = states([card], Present([heard(FRESH, NOW - age)]), [], NOW)
    assert found.state is (State.LATE if age > 3 * MODEL.interval * 1000 else State.OK)
