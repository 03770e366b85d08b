"""The page of one device on a real socket."""

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import pytest
from consoles import REGISTRY, RULES, SCRIPT, Answer, Served, console_of, sources_of

from alerts.alert import Alert
from alerts.notices.case import case_of
from alerts.rule import Level
from dashboards.console.device.page import routes
from dashboards.console.present import Present
from dashboards.console.sources import RawMessage, Refused, RefusedPage
from devices.errors import StoreUnavailable
from devices.reading import Reading
from devices.schema import HOUR_MS, RAW
from stores.memory import MemoryStore
from stores.rollup import roll_up

NOW = 1_795_608_000_000
DEVICE = "d945-souvigny"
PROFILE = REGISTRY.profiles[DEVICE]
SERIES = PROFILE.series_at(NOW)
PAGE = f"/devices/{DEVICE}"


def stored() -> MemoryStore:
    store = MemoryStore()
    store.write(
        [
            Reading(
                SERIES,
                NOW - n * 600_000,
                {
                    "air_temperature": n / 10,
                    "road_surface_temperature": -n / 20,
                    "road_surface_state": float(n % 5),
                    "rssi": -120.0,
                },
            )
            for n in range(150)
        ]
    )
    hour = NOW - NOW % HOUR_MS - 40 * 24 * HOUR_MS
    store.write_rollups(
        [
            rollup
            for n in range(1000)
            for rollup in roll_up(
                [Reading(SERIES, hour + n * HOUR_MS, {"air_temperature": n / 100})],
                REGISTRY.quantities,
                hour + n * HOUR_MS,
            )
        ]
    )
    return store


STORE = stored()


def served(store: MemoryStore = STORE, **given: Any) -> Served:
    sources = sources_of(points=store.points, hours=store.hours, **given)
    return Served(routes(console_of(sources, Present(store.latest([DEVICE]))), now=lambda: NOW))


@pytest.fixture(scope="module")
def pages() -> Iterator[Served]:
    with served() as pages:
        yield pages


def case(number: int, *, resolved: int | None = None, comment: str = "") -> Any:
    rule = next(iter(RULES.values()))
    alert = Alert(
        number,
        rule.id,
        SERIES,
        Level.WARNING,
        Level.CRITICAL,
        NOW - HOUR_MS,
        NOW - HOUR_MS,
        resolved,
        acknowledged_by=comment,
    )
    alert.acknowledged = NOW if comment else 0
    return case_of(alert, rule, REGISTRY, {})


def test_the_page_says_who_it_is_where_it_stands_and_what_it_measures(pages: Served) -> None:
    answer = pages.get(PAGE)
    assert answer.status == 200
    for words in (
        "D 945, entrée est de Souvigny",
        "Souvigny (03275)",
        "à jour",
        "Température de l&#39;air",
        "Emplacements",
    ):
        assert words in answer.body
    assert f'data-live data-device="{DEVICE}" data-quantity="air_temperature">0,0\N{NO-BREAK SPACE}°C' in answer.body
    assert answer.body.count("<h1>") == 1


def test_the_page_is_english_for_who_reads_english(pages: Served) -> None:
    answer = pages.get(f"{PAGE}?lang=en")
    assert '<html lang="en"' in answer.body
    assert "Air temperature" in answer.body
    assert "plausible range" in answer.body


def test_an_unknown_device_is_404_in_words_with_names_like_it(pages: Served) -> None:
    answer = pages.get("/devices/d945-souvigni")
    assert answer.status == 404
    assert "Capteur inconnu" in answer.body
    assert f'href="{PAGE}"' in answer.body


def test_the_name_of_an_unknown_device_is_no_markup(pages: Served) -> None:
    answer = pages.get("/devices/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert answer.status == 404
    assert "<script>alert" not in answer.body


@pytest.mark.parametrize("span", ["range=24h", "range=7d", "range=30d", "range=1y", "from=2026-11-01&to=2026-11-20"])
def test_every_span_has_its_charts_without_a_script(pages: Served, span: str) -> None:
    answer = pages.get(f"{PAGE}?{span}")
    assert answer.status == 200
    assert '<path class="curve line"' in answer.body or "Aucune valeur sur cette période." in answer.body
    assert 'id="chart-air_temperature"' in answer.body


def test_limits_are_drawn_and_named(pages: Served) -> None:
    body = pages.get(PAGE).body
    assert '<path class="limit critical"' in body
    assert "Verglas probable, critique" in body


def test_a_script_finds_the_address_of_its_data(pages: Served) -> None:
    body = pages.get(f"{PAGE}?range=7d").body
    assert f'data-series="{PAGE}/series.json?range=7d&amp;quantity=air_temperature"' in body


@pytest.mark.parametrize(
    "query",
    [
        "range=x",
        "from=x",
        "from=2026-11-20&to=2026-11-01",
        "page=0",
        "page=%00",
        "quantity=x",
        "quantity=%3Cscript%3E",
        "step=2h",
    ],
)
def test_a_wrong_question_is_400_and_says_so_at_the_top(pages: Served, query: str) -> None:
    answer = pages.get(f"{PAGE}?{query}")
    assert answer.status == 400
    assert 'role="alert"' in answer.body
    assert "<script>" not in answer.body


def test_a_mistake_is_tied_to_its_field_and_what_was_typed_is_kept(pages: Served) -> None:
    body = pages.get(f"{PAGE}?from=hier").body
    assert 'aria-describedby="from-error" aria-invalid="true"' in body
    assert 'value="hier"' in body
    assert '<a href="#from">' in body


def test_the_table_is_paged_and_of_the_quantity_asked_for(pages: Served) -> None:
    answer = pages.get(f"{PAGE}?range=30d&quantity=air_temperature&page=1")
    assert "Tableau de Température de l&#39;air, par jour" in answer.body
    week = pages.get(f"{PAGE}?range=7d&quantity=air_temperature").body
    assert 'rel="next"' not in week  # 25 hours


def test_radio_is_judged_in_words_and_has_a_chart_when_asked_for(pages: Served) -> None:
    body = pages.get(PAGE).body
    assert "faible" in body
    assert 'id="chart-rssi"' not in body
    assert 'id="chart-rssi"' in pages.get(f"{PAGE}?quantity=rssi").body


def test_alerts_lead_to_their_pages_and_those_of_others_are_not_shown() -> None:
    other = case(3)
    other.alert.series = SERIES._replace(device="d978a-lurcy")
    past = [case(1, resolved=NOW - 60_000)]
    with served(open_alerts=lambda: [case(2), other], alerts=lambda *_: [case(2), *past]) as pages:
        body = pages.get(PAGE).body
    assert "Alertes ouvertes (1)" in body
    assert "Alertes terminées (1)" in body
    assert 'href="/alerts/2"' in body
    assert 'href="/alerts/1"' in body
    assert 'href="/alerts/3"' not in body


def test_what_strangers_wrote_is_text_and_nothing_else() -> None:
    asked: list[object] = []

    def refused(filters: object, offset: int, limit: int) -> RefusedPage:
        asked.append((filters, offset, limit))
        row = Refused(9, NOW, f"t/{SCRIPT}", DEVICE, "schema", f"detail {SCRIPT}\u202e", 3, "", b"abc")
        return RefusedPage([row], 1, {"schema": 1})

    messages = [RawMessage(NOW, f"x/{SCRIPT}", SCRIPT.encode())]
    with served(refused=refused, messages=lambda *_: messages, open_alerts=lambda: [case(2, comment=SCRIPT)]) as pages:
        answer = pages.get(PAGE)
    assert answer.status == 200
    assert SCRIPT not in answer.body
    assert answer.body.count("&lt;script&gt;") == 5
    assert "\u202e" not in answer.body
    assert 'href="/quarantine/9"' in answer.body
    assert asked == [({"device": DEVICE}, 0, 20)]


def _away(*_arguments: object) -> NoReturn:
    raise StoreUnavailable("connection refused")


def test_a_store_that_is_away_is_said_and_the_rest_is_shown() -> None:
    sources = sources_of(points=_away, hours=_away, refused=_away, alerts=_away, messages=_away)
    present = Present(STORE.latest([DEVICE]))
    with Served(routes(console_of(sources, present), now=lambda: NOW)) as pages:
        answer, data, file = (pages.get(f"{PAGE}{rest}") for rest in ("", *both("quantity=air_temperature")))
    assert answer.status == 200
    assert "connection refused" in answer.body
    assert "D 945, entrée est de Souvigny" in answer.body
    assert "0,0\N{NO-BREAK SPACE}°C" in answer.body
    assert (data.status, file.status) == (503, 503)
    assert "connection refused" in json.loads(data.body)["errors"]["store"]


def both(query: str) -> Sequence[str]:
    return (f"/series.json?{query}", f"/series.csv?{query}")


def test_the_data_of_a_chart_is_json_with_limits_and_a_tag(pages: Served) -> None:
    address = f"{PAGE}/series.json?quantity=road_surface_temperature&range=24h&lang=en"
    answer = pages.get(address)
    found = json.loads(answer.body)
    assert answer.headers["Content-Type"] == "application/json"
    assert (found["shape"], found["policy"], found["unit"]) == ("line", RAW, "°C")
    assert found["times"] == [NOW - n * 600_000 for n in reversed(range(145))]
    assert "Black ice likely, critical" in [limit["name"] for limit in found["limits"]]
    again = pages.get(address, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, "")


def test_the_data_can_be_asked_for_by_moments_and_by_the_hour(pages: Served) -> None:
    query = f"quantity=air_temperature&from={NOW - 9 * 24 * HOUR_MS}&to={NOW}"
    assert json.loads(pages.get(f"{PAGE}/series.json?{query}").body)["policy"] == "rollup_1h"
    assert pages.get(f"{PAGE}/series.json?{query}&step=raw").status == 400
    day = f"quantity=air_temperature&from={NOW - 24 * HOUR_MS}&to={NOW}"
    assert json.loads(pages.get(f"{PAGE}/series.json?{day}&step=1h").body)["policy"] == "rollup_1h"


@pytest.mark.parametrize(
    "query", ["", "quantity=x", "quantity=air_temperature&range=9y", "quantity=air_temperature&from=%F0%9F%92%A9"]
)
def test_data_asked_for_wrongly_is_400_with_words(pages: Served, query: str) -> None:
    for address in both(query):
        answer = pages.get(f"{PAGE}{address}")
        assert answer.status == 400
        assert all(json.loads(answer.body)["errors"].values())
        assert pages.get(f"/devices/nobody{address}").status == 404


def test_the_file_has_a_name_a_mark_and_all_values(pages: Served) -> None:
    answer: Answer = pages.get(f"{PAGE}/series.csv?quantity=air_temperature&range=24h")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="d945-souvigny-air_temperature-20261124-20261125.csv"'
    )
    assert answer.body.startswith("\ufeffHeure de Paris;ISO 8601;")
    assert len(answer.body.splitlines()) == 146


def test_nothing_on_the_page_is_inline_or_from_elsewhere(pages: Served) -> None:
    answer = pages.get(PAGE)
    assert " style=" not in answer.body
    assert "<style" not in answer.body
    assert "http://" not in answer.body
    assert "https://" not in answer.body
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_device_never_heard_has_a_page_too() -> None:
    with served(MemoryStore()) as pages:
        body = pages.get(PAGE).body
    assert "jamais entendu" in body
    assert "pas encore mesurée" in body
    assert "Ni le capteur ni son réseau" in body


def test_every_device_of_the_territory_has_a_page() -> None:
    with served(MemoryStore()) as pages:
        for device in [
            next(one.id for one in REGISTRY.devices.values() if one.model == model)
            for model in {one.model for one in REGISTRY.devices.values()}
        ]:
            assert pages.get(f"/devices/{device}").status == 200, device


def test_the_clock_is_that_of_the_wall_unless_another_is_given() -> None:
    with Served(routes(console_of(sources_of()))) as pages:
        found = json.loads(pages.get(f"{PAGE}/series.json?quantity=air_temperature").body)
    assert abs(found["to"] - time.time() * 1000) < 60_000
