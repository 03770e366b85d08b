"""The read API, asked by hand: pages, formats, versions, refusals, and who may read."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, get_args
from urllib.parse import urlencode

import pytest
from api_territory import DEVICE, NOW, alert, api, days_of
from consoles import REGISTRY, RULES, SCRIPT, TECHNICIAN, Answer, Names, Open, Served, console_of, sources_of
from signing_in import NOON, accounts_of
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from telling import case

from dashboards.console.access import Handler, Role
from dashboards.console.accounts.trust import Trust
from dashboards.console.api.answers import iso
from dashboards.console.api.asked import OfDevices
from dashboards.console.api.formats import CSV, GEOJSON, JSON, chosen
from dashboards.console.api.page import routes
from dashboards.console.assets import Assets
from dashboards.console.console import Console
from dashboards.console.fleet import State
from dashboards.console.live import Live
from dashboards.console.present import Present
from dashboards.console.signed_in import COOKIE, SignedIn
from dashboards.console.site import Site
from dashboards.console.sources import RefusedPage
from devices.device import DOMAINS
from devices.errors import StoreUnavailable

API = "/api/v1"


class Ask(Protocol):
    def __call__(self, path: str, **headers: str) -> Answer: ...


@pytest.fixture(scope="module")
def asked() -> Iterator[Ask]:
    """Of one server for all tests that change nothing of it."""
    with Served(api()) as served:

        def ask(path: str, **headers: str) -> Answer:
            return served.get(API + path, **headers)

        yield ask


def said(answer: Answer) -> Any:
    return json.loads(answer.body)


def follow(served: Served, path: str) -> list[Any]:
    """The items of all pages, by the Link headers."""
    found, next_page = [], path
    while next_page:
        answer = served.get(next_page)
        assert answer.status == 200, answer.body
        found += said(answer)["items"]
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        next_page = link[1] if link else ""
    return found


def test_pages_lead_to_every_device_once() -> None:
    with Served(api()) as served:
        found = [one["id"] for one in follow(served, f"{API}/devices?limit=7")]
    assert found == sorted(REGISTRY.devices)


def test_pages_of_a_state_and_of_alerts_lead_to_all_of_them_once() -> None:
    with Served(api()) as served:
        silent = [one["id"] for one in follow(served, f"{API}/devices?state=silent&limit=10")]
        alerts = [one["id"] for one in follow(served, f"{API}/alerts?limit=1")]
    assert silent == sorted(set(REGISTRY.devices) - {DEVICE})
    assert alerts == [1, 2, 3]


def test_filters_are_all_met(asked: Ask) -> None:
    query = urlencode({"domain": "road", "q": "PLAINE sioule", "commune": "03254", "state": "ok"})
    answer = said(asked(f"/devices?{query}"))
    assert [one["id"] for one in answer["items"]] == [DEVICE]
    assert answer["total"] == 1
    assert answer["items"][0]["level"] == "critical"
    assert answer["items"][0]["heard"] == "2026-11-25T11:50:00.000Z"


def test_the_filters_know_all_domains_and_states() -> None:
    shown = OfDevices.model_fields
    assert set(get_args(get_args(shown["domain"].annotation)[0])) == set(DOMAINS)
    assert set(get_args(get_args(shown["state"].annotation)[0])) == {state.value for state in State}


def test_one_device_says_where_it_stood_and_what_it_measures(asked: Ask) -> None:
    answer = said(asked(f"/devices/{DEVICE}"))
    assert answer["placements"][-1] == answer["place"]
    assert "road_surface_temperature" in answer["quantities"]


def test_newest_values_are_those_of_the_present(asked: Ask) -> None:
    expected = {"device": DEVICE, "quantity": "road_surface_temperature", "time": "2026-11-25T11:50:00.000Z"}
    for path in (f"/devices/{DEVICE}/latest", "/latest?domain=road&quantity=road_surface_temperature"):
        assert said(asked(path))["items"] == [expected | {"value": 11.0, "unit": "Cel"}]


def test_alerts_are_filtered_by_state_level_and_moment() -> None:
    with Served(api()) as served:
        queries = ("open=true", "open=false", "level=warning", "device=nobody", "since=2026-11-25T11:30:00Z")
        found = [[one["id"] for one in said(served.get(f"{API}/alerts?{query}"))["items"]] for query in queries]
    assert found == [[1, 2], [3], [2], [], [1, 2]]


def test_an_alert_has_its_history_and_speaks_two_languages(asked: Ask) -> None:
    answer = said(asked("/alerts/3"))
    assert answer["status"] == "resolved"
    assert answer["title"] == RULES["black_ice"].title
    assert [step["what"] for step in answer["history"]] == ["fired"]


def test_an_alert_whose_rule_is_gone_is_still_shown() -> None:
    one = alert(7, rule="gone")
    with Served(api(history=lambda _: (one, []))) as served:
        assert said(served.get(f"{API}/alerts/7"))["title"] == {"fr": "gone", "en": "gone"}


def test_rules_quantities_refusals_and_health_are_told() -> None:
    with Served(api(checks=lambda: {"broker": "", "store": "away"})) as served:
        rules, quantities, counts, health = (
            said(served.get(f"{API}/{path}")) for path in ("rules", "quantities", "quarantine/counts", "health")
        )
    assert {one["id"] for one in rules["items"]} == set(RULES)
    assert {one["id"] for one in quantities["items"]} == set(REGISTRY.quantities)
    assert counts == {"total": 3, "by_reason": {"schema": 2, "too_old": 1}}
    assert health["ready"] is False
    assert health["checks"]["store"] == "away"


def test_filters_of_the_quarantine_reach_it() -> None:
    filters: list[Any] = []

    def refused(given: Any, _offset: int, _limit: int) -> RefusedPage:
        filters.append(dict(given))
        return RefusedPage([], 0, {})

    with Served(api(refused=refused)) as served:
        served.get(f"{API}/quarantine/counts?reason=schema&device=x")
    assert filters == [{"reason": "schema", "device": "x"}]


def test_links_of_the_index_lead_somewhere() -> None:
    with Served(api()) as served:
        for path in (API, f"{API}/"):
            for link in said(served.get(path))["links"].values():
                assert served.get(link).status == 200, link


# Formats


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV; header=present", CSV),
        ("application/json;q=0.5, text/csv", CSV),
        ("text/*, application/json;q=0.2", CSV),
        ("application/geo+json, */*;q=0.1", GEOJSON),
        ("application/json;q=0, */*", CSV),
        ("text/html", None),
        ("*/*;q=0", None),
        ("application/json;q=nonsense", None),
    ],
)
def test_the_format_is_the_one_liked_best(accept: str, expected: str | None) -> None:
    assert chosen(accept, [JSON, CSV, GEOJSON]) == expected


def test_csv_is_rfc_4180_and_holds_what_json_holds() -> None:
    with Served(api()) as served:
        shown = said(served.get(f"{API}/devices?limit=1000"))["items"]
        answer = served.get(f"{API}/devices?limit=1000", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.body, newline="")))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="list_devices.csv"'
    assert answer.body.count("\r\n") == len(shown) + 1
    assert [(row["id"], row["place_name"]) for row in rows] == [(one["id"], one["place"]["name"]) for one in shown]
    assert float(rows[0]["place_latitude"]) == shown[0]["place"]["latitude"]


def test_csv_without_rows_has_its_columns(asked: Ask) -> None:
    answer = asked("/alerts?device=nobody", Accept="text/csv")
    assert answer.body.startswith("id,rule,title_fr,title_en,finding_fr")
    assert answer.body.count("\r\n") == 1


@pytest.mark.parametrize("path", ["/quantities", "/latest", f"/devices/{DEVICE}/latest"])
def test_lists_are_there_as_csv(asked: Ask, path: str) -> None:
    assert len(asked(path, Accept="text/csv").body.splitlines()) > 1


def test_devices_are_features_whose_coordinates_are_longitude_and_latitude() -> None:
    with Served(api()) as served:
        many = served.get(f"{API}/devices?q=sioule", Accept="application/geo+json")
        one = said(served.get(f"{API}/devices/{DEVICE}", Accept="application/geo+json"))
    assert many.headers["Content-Type"] == "application/geo+json"
    assert one in said(many)["features"]
    assert one["geometry"] == {"type": "Point", "coordinates": [3.3064, 46.3068, 235.0]}


def test_a_format_that_is_not_there_is_406_and_says_which_are(asked: Ask) -> None:
    answer = asked("/rules", Accept="text/csv")
    assert answer.status == 406
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "application/json" in said(answer)["detail"]


# Versions


def test_what_did_not_change_is_not_sent_again() -> None:
    with Served(api()) as served:
        first = served.get(f"{API}/devices")
        tag = first.headers["ETag"]
        for known in (tag, f'"other", {tag}', "*"):
            again = served.get(f"{API}/devices", **{"If-None-Match": known})
            assert (again.status, again.body, again.headers["ETag"]) == (304, "", tag)
        assert served.get(f"{API}/devices", **{"If-None-Match": '"other"'}).status == 200
        assert served.get(f"{API}/devices", Accept="text/csv").headers["ETag"] != tag
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Vary"] == "Accept"


# Refusals


def test_all_wrong_parameters_are_told_at_once_in_the_language_asked_for(asked: Ask) -> None:
    query = "/devices?domain=sea&limit=0&q=&colour=red&site=a&site=b"
    french, english = asked(query), asked(query, **{"Accept-Language": "en"})
    for answer in (french, english):
        assert answer.status == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Cache-Control"] == "no-store"
        problem = said(answer)
        assert problem["type"] == "urn:vigiterre:problem:bad-parameters"
        assert (problem["status"], problem["instance"]) == (400, "/api/v1/devices")
        assert [one["parameter"] for one in problem["errors"]] == ["site", "domain", "q", "limit", "colour"]
    assert said(french)["title"] == "Paramètres non valables"
    assert said(english)["errors"][1]["detail"] == "Possible values: 'road', 'building', 'environment'."


@pytest.mark.parametrize(
    "query",
    [
        "/devices?limit=1001",
        "/devices?limit=1_0",
        "/devices?limit=%EF%BC%91",
        "/devices?cursor=A%20B",
        "/devices?commune=1",
        "/devices?commune=03254%0A",
        f"/devices?q={'x' * 256}",
        "/devices?lang=en",
        "/alerts?open=yes",
        "/alerts?since=2026-11-25",
        "/alerts?since=2026-11-25T10:00:00",
        "/alerts?since=2026-13-25T10:00:00Z",
        "/alerts?cursor=1",
        "/quarantine/counts?reason=bad_mood",
        "/rules?id=1",
        "/openapi.json?x=1",
    ],
)
def test_what_cannot_be_meant_is_refused(asked: Ask, query: str) -> None:
    answer = asked(query)
    assert answer.status == 400, answer.body
    assert said(answer)["errors"]


@pytest.mark.parametrize(
    "path",
    [
        "/devices/nobody",
        "/devices/",
        "/devices/..%2F..%2Fetc%2Fpasswd",
        "/devices/%0A",
        "/devices/x/latest%0A",
        "/alerts/0",
        "/alerts/x",
        f"/alerts/{'9' * 40}",
        "/alerts/%D9%A3",
        "/elsewhere",
    ],
)
def test_what_is_not_there_is_404_as_a_problem(asked: Ask, path: str) -> None:
    answer = asked(path)
    assert answer.status == 404
    assert said(answer)["type"] == "urn:vigiterre:problem:not-found"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_nothing_can_be_changed() -> None:
    with Served(api()) as served:
        answer = served.post(f"{API}/devices", {"id": "x"})
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
    assert said(answer)["type"] == "urn:vigiterre:problem:method-not-allowed"


def test_a_store_that_is_away_is_503_with_words_and_a_time_to_wait() -> None:
    def away(*_: Any) -> Any:
        raise StoreUnavailable("connection refused", retry_after=7)

    with Served(api(points=away)) as served:
        answer = served.get(f"{API}/devices/{DEVICE}/series?quantity=road_surface_temperature")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
    assert "connection refused" in said(answer)["detail"]


def test_an_error_of_ours_tells_nothing_of_the_inside() -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("/secret/path")

    with Served(api(refused=broken)) as served:
        answer = served.get(f"{API}/quarantine/counts")
    assert answer.status == 500
    assert "secret" not in answer.body


def test_markup_in_names_stays_text_that_no_browser_runs() -> None:
    shown = case(alert(1, acknowledged=NOW, acknowledged_by=SCRIPT), RULES["black_ice"], name=SCRIPT)
    query = urlencode({"q": SCRIPT, SCRIPT: SCRIPT})
    with Served(api(open_alerts=lambda: [shown], alerts=lambda *_: [shown])) as served:
        answers = [
            served.get(f"{API}/alerts"),
            served.get(f"{API}/alerts", Accept="text/csv"),
            served.get(f"{API}/devices?{query}"),
            served.get(f"{API}/devices/{SCRIPT.replace(' ', '').replace('/', '')}"),
        ]
    for answer in answers:
        assert "html" not in answer.headers["Content-Type"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert said(answers[0])["items"][0]["place"] == SCRIPT


def test_no_other_site_is_allowed_to_read(asked: Ask) -> None:
    answer = asked("/devices", Origin="https://elsewhere.example")
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


# Who may read


class Guarded(Open):
    """Only who sends the token; others are led away, as the pages do or as they do for programs."""

    def __init__(self, turned_away: Response) -> None:
        super().__init__(TECHNICIAN)
        self.turned_away = turned_away

    def reading(self, handler: Handler) -> Handler:
        async def read(request: Request) -> Response:
            if request.headers.get("authorization") == "Bearer right":
                return await handler(request)
            return self.turned_away

        return read


def guarded(turned_away: Response) -> Console:
    console = console_of(sources_of())
    access = Guarded(turned_away)
    return Console(console.sources, console.site, access, console.present, console.live)


PATHS = ("", "/", "/devices", f"/devices/{DEVICE}", "/alerts/1", "/rules", "/health", "/openapi.json", "/devices?x=1")


@pytest.mark.parametrize("away", [RedirectResponse("/sign-in", 303), JSONResponse({}, 401)])
def test_nothing_is_read_without_a_right(away: Response) -> None:
    with Served(routes(guarded(away))) as served:
        for path in PATHS:
            stranger = served.get(API + path)
            assert (stranger.status, stranger.headers["WWW-Authenticate"]) == (401, 'Bearer realm="vigiterre"')
            assert said(stranger)["type"] == "urn:vigiterre:problem:unauthorized"
            wrong = served.get(API + path, Authorization="Bearer wrong")
            assert wrong.headers["WWW-Authenticate"] == 'Bearer realm="vigiterre", error="invalid_token"'
        assert served.get(f"{API}/devices", Authorization="Bearer right").status == 200


def test_an_answer_is_never_a_version_of_one_that_may_not_be_read() -> None:
    with Served(routes(guarded(RedirectResponse("/sign-in", 303)))) as served:
        assert served.get(f"{API}/devices", **{"If-None-Match": "*"}).status == 401


def test_another_refusal_of_the_console_stays_one() -> None:
    with Served(routes(guarded(Response("no", 421)))) as served:
        answer = served.get(f"{API}/devices")
    assert answer.status == 421
    assert said(answer)["type"] == "urn:vigiterre:problem:forbidden"


def test_tokens_and_sessions_of_users_open_it_and_nothing_else_does(tmp_path: Path) -> None:
    with accounts_of(tmp_path) as accounts:
        access = SignedIn(accounts, Trust("0.0.0.0"), lambda: NOON)  # reachable from elsewhere: reading is not open
        access.site = Site("fr", Assets(Names()), access)
        console = Console(sources_of(), access.site, access, Present(), Live())
        token = accounts.tokens.add("spreadsheet", Role.VIEWER, NOON + 1000, NOON)
        expired = accounts.tokens.add("older", Role.VIEWER, NOON, NOON - 1)
        victor = accounts.users.find("victor")
        assert victor is not None
        session = accounts.sessions.begin(victor, NOON)
        with Served(routes(console)) as served:
            strangers = [
                served.get(f"{API}/devices"),
                served.get(f"{API}/devices", Authorization=f"Bearer {expired}"),
                served.get(f"{API}/devices", Authorization="Bearer x", Cookie=f"{COOKIE}={session}"),
            ]
            readers = [
                served.get(f"{API}/devices", Authorization=f"Bearer {token}"),
                served.get(f"{API}/devices", Cookie=f"{COOKIE}={session}"),
            ]
    assert [answer.status for answer in readers] == [200, 200]
    for answer in strangers:
        assert answer.status == 401
        assert said(answer)["type"] == "urn:vigiterre:problem:unauthorized"


def test_another_host_name_is_refused_as_a_problem(tmp_path: Path) -> None:
    with accounts_of(tmp_path) as accounts:
        access = SignedIn(accounts, Trust("127.0.0.1"), lambda: NOON)
        access.site = Site("fr", Assets(Names()), access)
        console = Console(sources_of(), access.site, access, Present(), Live())
        with Served(routes(console)) as served:
            answer = served.get(f"{API}/devices", Host="evil.example")
            assert served.get(f"{API}/devices").status == 200
    assert answer.status == 421
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_times_are_told_in_utc_to_the_millisecond() -> None:
    assert iso(NOW + 7) == "2026-11-25T12:00:00.007Z"
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert days_of()[-1].time < NOW
