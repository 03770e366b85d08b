"""Alertes: lists, one alert, and what its forms ask of the running process."""

import html
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from consoles import REGISTRY, RULES, SCRIPT, Served, console_of, sources_of
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Alert, Mute, MuteKind, Transition, What
from alerts.calendar import local
from alerts.notices.case import Case, case_of
from alerts.rule import Level
from alerts.selector import Selector
from dashboards.console.access import Role, User
from dashboards.console.alerts_page.moments import read_moment, written
from dashboards.console.alerts_page.page import routes
from dashboards.console.alerts_page.rows import lasting
from dashboards.console.console import Console
from dashboards.console.pieces.paging import paged
from dashboards.console.present import Present
from devices.errors import StoreUnavailable, VigiterreError
from devices.problems import Bilingual
from devices.reading import Reading, Series

NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000
ROAD = Series("road", "d978a-lurcy", "road-weather-station", "d978a-lurcy", "03155")
ROOM = Series("building", "college-moulins-s12", "indoor-air", "college-moulins", "03190")


def alert(number: int, rule: str = "black_ice", series: Series = ROAD, **given: Any) -> Alert:
    found = Alert(
        number, rule, series, Level.CRITICAL, Level.CRITICAL, NOW - HOUR, NOW - HOUR,
        quantity="road_surface_temperature", value=-0.8, threshold=0.0, found=NOW - HOUR,
    )  # fmt: skip
    return replace(found, **given)


def case(one: Alert) -> Case:
    return case_of(one, RULES[one.rule], REGISTRY, REGISTRY.towns)


ICE = alert(1)
AIR = alert(2, "classroom_co2", ROOM, level=Level.WARNING, quantity="co2", value=1612.5, threshold=None)
PAST = alert(3, resolved=NOW - HOUR // 2, ended=NOW - HOUR // 2)


class Desk:
    """Alerts in memory that obey as the running process does; `asked` is what came."""

    def __init__(self, *alerts: Alert) -> None:
        self.alerts = {one.id: replace(one) for one in alerts}
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.error: VigiterreError | None = None
        self.steps: Sequence[Transition] = []
        self.mutes: list[Mute] = []

    def console(self, user: User | None = User("anne", Role.TECHNICIAN), **given: Any) -> Console:  # noqa: B008
        present = Present()
        present.take([Reading(ROAD, NOW, {"road_surface_temperature": -2.5})])
        sources = sources_of(
            **{
                "open_alerts": lambda: [case(one) for one in self.alerts.values() if one.open],
                "alerts": lambda *_: [case(one) for one in self.alerts.values()],
                "history": lambda number: (self.alerts.get(number), self.steps),
                "mutes": lambda: self.mutes,
                "ask": self.ask,
            }
            | given
        )
        return console_of(sources, present, user)

    async def ask(self, command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append((command, arguments))
        if self.error:
            raise self.error
        if command != "alerts_ack":
            return {"id": 7, "devices": 3, "alerts": 1}
        known = [self.alerts[number] for number in arguments["ids"]]
        free = [one for one in known if one.open and not one.acknowledged]
        for one in free:
            one.acknowledged, one.acknowledged_by, one.comment = NOW, arguments["who"], arguments["comment"]
        over = sum(not one.open for one in known)
        return {
            "acknowledged": len(free), "already": len(known) - over - len(free), "over": over, "unwritten": False,
        }  # fmt: skip


def form(**fields: str) -> Mapping[str, str]:
    return {"csrf": "right", **fields}


def plain(body: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_open_alerts_come_first_and_the_gravest_of_them_before_all() -> None:
    with Served(routes(Desk(AIR, PAST, ICE).console())) as served:
        body = served.get("/alerts").body
    places = [body.index(f'href="/alerts/{number}"') for number in (1, 2, 3)]
    assert places == sorted(places)
    assert "Verglas probable" in body
    assert body.count("<h1") == 1
    assert "critique" in body
    assert "\\u00a0" not in body


def test_every_filter_leaves_what_it_names_and_counts_it() -> None:
    asked = {
        "level=warning": [2], "domain=road": [1], "commune=03190": [2], "site=d978a-lurcy": [1],
        "rule=black_ice": [1], "ack=yes": [], "ack=no": [1, 2], "q=VERGLAS+lurcy": [1], "q=conf%C3%AEn%C3%A9": [2],
        "q=verglas+nulle-part": [],
    }  # fmt: skip
    with Served(routes(Desk(AIR, ICE).console())) as served:
        for query, numbers in asked.items():
            answer = served.get(f"/alerts?{query}")
            assert answer.status == 200, query
            found = {int(one) for one in re.findall(r'href="/alerts/([0-9]+)"', answer.body)}
            assert found == set(numbers), query


@pytest.mark.parametrize(
    "query",
    ["level=worst", "domain=x", "commune=1", "site=x", "rule=x", "ack=maybe", "days=2", "page=0", "page=x", "past=-1",
     "page=99999999999999999999", "q=" + "a" * 201, "level=%00%ed%a0%80"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_wrong_filter_is_said_and_the_alerts_are_shown_all_the_same(query: str, language: str) -> None:
    with Served(routes(Desk(ICE).console())) as served:
        answer = served.get(f"/alerts?{query}&lang={language}")
    assert answer.status == 400
    assert ("À corriger" if language == "fr" else "To be corrected") in answer.body
    assert 'href="/alerts/1"' in answer.body


def test_the_history_that_cannot_be_read_is_said_and_what_is_open_is_shown() -> None:
    def broken(*_: object) -> Sequence[Case]:
        raise StoreUnavailable("disk I/O error")

    with Served(routes(Desk(ICE).console(alerts=broken))) as served:
        answer = served.get("/alerts")
    assert answer.status == 200
    assert "disk I/O error" in answer.body
    assert 'href="/alerts/1"' in answer.body


def test_a_long_list_comes_in_pages_that_keep_the_filters() -> None:
    many = [alert(number) for number in range(1, 121)]
    with Served(routes(Desk(*many).console())) as served:
        first, last = served.get("/alerts?level=critical").body, served.get("/alerts?level=critical&page=77").body
    assert len(re.findall(r'name="alert_', first)) == 50
    assert "level=critical&amp;page=2" in first
    assert len(re.findall(r'name="alert_', last)) == 20


def test_chosen_alerts_are_acknowledged_in_the_name_of_who_is_signed_in() -> None:
    desk = Desk(ICE, AIR)
    with Served(routes(desk.console())) as served:
        answer = served.post("/alerts/acknowledge", form(alert_1="on", alert_2="on", comment=" en\nroute ", who="x"))
        assert answer.status == 303
        body = served.get(answer.headers["location"]).body
    assert desk.asked == [("alerts_ack", {"ids": [1, 2], "who": "anne", "comment": "en route"})]
    assert "2 alertes prises en charge." in body
    assert "prise en charge par anne" in body


def test_nothing_chosen_is_said_at_the_list_and_keeps_what_was_typed() -> None:
    desk = Desk(ICE, AIR)
    with Served(routes(desk.console())) as served:
        answer = served.post("/alerts/acknowledge", form(comment="patrouille", kept="level=warning&page=1&evil=1"))
    assert answer.status == 400
    assert not desk.asked
    assert "Choisissez au moins une alerte." in answer.body
    assert 'href="#choose"' in answer.body
    assert 'value="patrouille"' in answer.body
    assert 'href="/alerts/1"' not in answer.body
    assert "evil" not in answer.body


def test_what_the_process_refuses_is_said_at_the_form_with_its_values() -> None:
    desk = Desk(ICE)
    desk.error = VigiterreError(Bilingual(f"inconnue {SCRIPT}", f"unknown {SCRIPT}"))
    with Served(routes(desk.console())) as served:
        for path in ("/alerts/acknowledge", "/alerts/1/acknowledge"):
            answer = served.post(path, form(alert_1="on", comment="je pars"))
            assert answer.status == 400
            assert "inconnue &lt;script&gt;" in answer.body
            assert 'value="je pars"' in answer.body
    assert SCRIPT not in answer.body


def test_a_second_window_is_told_who_was_quicker() -> None:
    desk = Desk(ICE, AIR)
    with Served(routes(desk.console())) as first, Served(routes(desk.console(User("paul", Role.TECHNICIAN)))) as second:
        first.post("/alerts/1/acknowledge", form(comment=""))
        one = second.post("/alerts/1/acknowledge", form(comment=""))
        many = second.post("/alerts/acknowledge", form(alert_1="on", alert_2="on"))
        said, told = plain(second.get(one.headers["location"]).body), plain(second.get(many.headers["location"]).body)
    assert "Déjà prise en charge : anne a été plus rapide" in said
    assert "1 alerte prise en charge." in told
    assert "Déjà prises en charge par quelqu'un : 1 : nº 1, anne." in told


def test_no_words_of_an_address_stand_on_a_page() -> None:
    with Served(routes(Desk(ICE).console())) as served:
        for path in ("/alerts", "/alerts/1", "/alerts/mutes"):
            answer = served.get(f"{path}?done=HACKED&count=HACKED&quicker=HACKED&id=HACKED")
            assert answer.status == 200
            assert "HACKED" not in answer.body.replace(answer.body[answer.body.index('<div class="who">') :][:400], "")


@pytest.mark.parametrize("user", [None, User("eve", Role.VIEWER)])
def test_who_may_only_read_sees_no_form_and_does_nothing(user: User | None) -> None:
    desk = Desk(ICE)
    posts = ("/alerts/acknowledge", "/alerts/1/acknowledge", "/alerts/1/silence", "/alerts/mutes", "/alerts/mutes/end")
    with Served(routes(desk.console(user))) as served:
        for path in ("/alerts", "/alerts/1", "/alerts/mutes"):
            assert 'action="/alerts/' not in served.get(path).body
        for path in posts:
            assert served.post(path, form(alert_1="on")).status == 403
    assert not desk.asked


def test_a_form_without_its_token_does_nothing() -> None:
    desk = Desk(ICE)
    with Served(routes(desk.console())) as served:
        assert served.post("/alerts/1/acknowledge", {"csrf": "wrong"}).status == 403
    assert not desk.asked


def test_the_page_of_an_alert_says_what_is_what_to_do_and_what_became_of_it() -> None:
    desk = Desk(replace(ICE, level=Level.CRITICAL))
    desk.steps = [
        Transition(1, NOW - HOUR, NOW - HOUR, What.FIRED, Level.WARNING, -0.1),
        Transition(1, NOW - HOUR, NOW, What.LEVEL, Level.CRITICAL, -0.8, "warning"),
        Transition(1, NOW, NOW, What.NOTICED, Level.CRITICAL, -0.8, "astreinte, mairie"),
        Transition(1, NOW, NOW, What.CORRECTED, Level.CRITICAL, -0.8, f"opened {NOW}"),
    ]
    with Served(routes(desk.console())) as served:
        body, english = served.get("/alerts/1").body, served.get("/alerts/1?lang=en").body
    said = plain(body)
    assert RULES["black_ice"].action["fr"].replace("\N{NO-BREAK SPACE}", " ")[:20] in said
    assert "−2,5 °C" in said
    assert "Changement de niveau critique : depuis avertissement" in said
    assert "par astreinte, mairie" in said
    assert "survenu le" in said
    assert 'href="/devices/d978a-lurcy"' in body
    assert body.count("<h1") == 1
    assert "People were told" in english


def test_an_alert_that_ended_offers_nothing_to_do() -> None:
    with Served(routes(Desk(PAST).console())) as served:
        body = served.get("/alerts/3").body
    assert 'action="/alerts/3/' not in body
    assert "terminée" in body
    assert "30\N{NO-BREAK SPACE}min" in body


@pytest.mark.parametrize("number", ["9", "0", str(2**63), "9" * 60])
def test_an_unknown_alert_is_not_found_in_words(number: str) -> None:
    with Served(routes(Desk(ICE).console())) as served:
        answer = served.get(f"/alerts/{number}")
    assert answer.status == 404
    assert "Alerte inconnue" in answer.body


def test_an_alert_is_shown_while_its_history_cannot_be_read() -> None:
    def broken(_: int) -> tuple[Alert | None, Sequence[Transition]]:
        raise StoreUnavailable("disk I/O error")

    with Served(routes(Desk(ICE).console(history=broken))) as served:
        assert served.get("/alerts/1").status == 200
        assert served.get("/alerts/8").status == 503


def test_an_alert_whose_rule_is_gone_has_a_page_of_its_own() -> None:
    with Served(routes(Desk(ICE).console(rules=dict, open_alerts=list))) as served:
        answer = served.get("/alerts/1")
    assert answer.status == 200
    assert "black_ice" in answer.body


@pytest.mark.parametrize(
    ("whom", "selector", "rules"),
    [
        ("device", {"devices": ["d978a-lurcy"]}, []),
        ("device_rule", {"devices": ["d978a-lurcy"]}, ["black_ice"]),
        ("site", {"sites": ["d978a-lurcy"]}, []),
        ("rule", {}, ["black_ice"]),
    ],
)
def test_an_alert_is_silenced_for_a_while(whom: str, selector: Mapping[str, Any], rules: list[str]) -> None:
    desk = Desk(ICE)
    with Served(routes(desk.console())) as served:
        answer = served.post("/alerts/1/silence", form(whom=whom, length="4", why="on sale"))
        assert answer.status == 303
        assert "Silence 7 enregistré" in served.get(answer.headers["location"]).body
    [(command, given)] = desk.asked
    assert command == "alerts_mute"
    assert (given["kind"], given["selector"], given["rules"], given["who"]) == ("silence", selector, rules, "anne")
    assert given["end"] - given["start"] == 4 * HOUR
    assert abs(given["start"] - NOW) < HOUR


def test_a_silence_without_a_reason_or_of_no_known_length_is_not_asked_for() -> None:
    desk = Desk(ICE)
    with Served(routes(desk.console())) as served:
        mute = served.post("/alerts/1/silence", form(whom="device", length="4", why=""))
        odd = served.post("/alerts/1/silence", form(whom="all", length="9999", why="x"))
    assert (mute.status, odd.status) == (400, 400)
    assert 'id="why-wrong"' in mute.body
    assert 'aria-describedby="why-hint why-wrong"' in mute.body
    assert not desk.asked


def window(start: int, end: int, **more: str) -> Mapping[str, str]:
    return form(kind="maintenance", start=written(start), end=written(end), comment="remplacement", **more)


def test_maintenance_is_planned_in_local_time_and_says_what_it_covers() -> None:
    desk = Desk(ICE)
    start, end = NOW + 24 * HOUR, NOW + 30 * HOUR
    with Served(routes(desk.console())) as served:
        answer = served.post("/alerts/mutes", window(start, end, site="d978a-lurcy", rule="black_ice"))
        assert answer.status == 303
        assert "Maintenance 7 enregistrée" in served.get(answer.headers["location"]).body
    [(command, given)] = desk.asked
    assert command == "alerts_mute"
    assert (given["selector"], given["rules"]) == ({"sites": ["d978a-lurcy"]}, ["black_ice"])
    assert (given["start"], given["end"]) == (start // 60_000 * 60_000, end // 60_000 * 60_000)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (window(NOW + 2 * HOUR, NOW + HOUR, device="d978a-lurcy"), "end"),
        (window(NOW - 3 * HOUR, NOW - HOUR, device="d978a-lurcy"), "end"),
        (window(NOW, NOW + 9_000 * HOUR, device="d978a-lurcy"), "end"),
        (window(NOW - 9_000 * HOUR, NOW + HOUR, device="d978a-lurcy"), "start"),
        (window(NOW, NOW + HOUR), "whom"),
        (window(NOW, NOW + HOUR, site="d978a-lurcy", everything="on"), "whom"),
        (window(NOW, NOW + HOUR, device=SCRIPT), "device"),
        (window(NOW, NOW + HOUR, site="nowhere"), "site"),
        ({**window(NOW, NOW, device="d978a-lurcy"), "end": "demain"}, "end"),
        ({**window(NOW, NOW, device="d978a-lurcy"), "end": ""}, "end"),
        ({**window(NOW, NOW + HOUR, device="d978a-lurcy"), "comment": " "}, "comment"),
        ({**window(NOW, NOW + HOUR, device="d978a-lurcy"), "comment": "x" * 501}, "comment"),
        ({**window(NOW, NOW + HOUR, device="d978a-lurcy"), "kind": "x"}, "kind"),
    ],
)
def test_a_window_that_cannot_be_is_said_at_its_field(fields: Mapping[str, str], field: str) -> None:
    desk = Desk(ICE)
    with Served(routes(desk.console())) as served:
        answer = served.post("/alerts/mutes", fields)
    assert answer.status == 400
    assert f'href="#{field}"' in answer.body
    assert f'id="{field}-wrong"' in answer.body
    assert f'value="{written(NOW)}"' in answer.body or fields["start"] in answer.body
    assert SCRIPT not in answer.body
    assert not desk.asked


def test_windows_are_listed_and_can_be_ended() -> None:
    desk = Desk(ICE)
    desk.mutes = [
        Mute(4, MuteKind.MAINTENANCE, Selector(devices=frozenset({"d978a-lurcy"})), frozenset({"black_ice"}),
             NOW - HOUR, NOW + HOUR, SCRIPT, SCRIPT, NOW),
        Mute(5, MuteKind.SILENCE, Selector(), frozenset(), NOW + HOUR, NOW + 2 * HOUR, "paul", "essai", NOW),
    ]  # fmt: skip
    with Served(routes(desk.console())) as served:
        body, one = served.get("/alerts/mutes").body, served.get("/alerts/1").body
        answer = served.post("/alerts/mutes/end", form(id="4", kind="maintenance"))
        assert answer.status == 303
        assert "Le numéro 4 a pris fin" in served.get(answer.headers["location"]).body
        assert served.post("/alerts/mutes/end", form(id="x", kind="maintenance")).status == 400
    assert "capteurs\N{NO-BREAK SPACE}: d978a-lurcy" in body
    assert "tout le territoire" in body
    assert SCRIPT not in body + one
    assert "Personne n&#39;est prévenu" in one
    assert desk.asked == [("alerts_unmute", {"id": 4, "kind": "maintenance"})]


def test_an_address_fills_the_form_in_but_only_with_what_may_be() -> None:
    with Served(routes(Desk(ICE).console())) as served:
        good = served.get("/alerts/mutes?kind=maintenance&device=d978a-lurcy")
        odd = served.get("/alerts/mutes?kind=%3Cscript%3E")
    assert 'value="d978a-lurcy"' in good.body
    assert 'value="maintenance" checked' in good.body
    assert odd.status == 400


def test_text_of_strangers_is_never_markup() -> None:
    odd = Series("road", SCRIPT, "road-weather-station", SCRIPT, "03155")
    known = alert(1, series=odd, acknowledged=NOW, acknowledged_by=SCRIPT, comment=SCRIPT)
    ours = replace(alert(2, series=odd), resolved=NOW, ended=NOW, detail=SCRIPT, comment="\u202etxt", acknowledged=1)
    desk = Desk(known, ours)
    desk.steps = [Transition(1, NOW, NOW, What.ACKNOWLEDGED, Level.CRITICAL, None, SCRIPT)]
    with Served(routes(desk.console())) as served:
        for path in ("/alerts", "/alerts/1", "/alerts/2", "/alerts?q=%3Cscript%3E"):
            body = served.get(path).body
            assert SCRIPT not in body, path
            assert "\u202e" not in body, path


def test_reloading_the_answer_of_a_form_leads_to_its_page() -> None:
    ways = {
        "/alerts/acknowledge": "/alerts", "/alerts/mutes/end": "/alerts/mutes", "/alerts/1/silence": "/alerts/1",
        "/alerts/1/acknowledge?lang=en": "/alerts/1?lang=en",
    }  # fmt: skip
    with Served(routes(Desk(ICE).console())) as served:
        for path, there in ways.items():
            answer = served.get(path)
            assert (answer.status, answer.headers["location"]) == (303, there)


@given(st.datetimes(min_value=local(0).replace(tzinfo=None), max_value=local(4_000_000_000_000).replace(tzinfo=None)))
def test_a_moment_is_read_alike_in_every_writing(at: Any) -> None:
    writings = [
        at.strftime(form) for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y à %Hh%M")
    ]
    found = {read_moment(text) for text in writings}
    assert len(found) == 1
    assert None not in found


@given(st.integers(0, 4_000_000_000_000))
def test_what_is_written_is_read_back_but_for_the_hour_that_comes_twice(time_ms: int) -> None:
    found = read_moment(written(time_ms))
    assert found is not None
    assert time_ms // 60_000 * 60_000 - found in (0, HOUR)


@given(st.text())
def test_no_text_breaks_the_reading_of_a_moment(text: str) -> None:
    read_moment(text)


@pytest.mark.parametrize(
    "text", ["2026-02-30T06:00", "2026-11-24", "24/11/26 06:00", "2026-11-24T24:00", "0000-01-01 00:00"]
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text) is None


@given(st.integers(-5, 10_000), st.integers(0, 5_000), st.integers(1, 100))
def test_every_row_is_on_exactly_one_page(page: int, total: int, size: int) -> None:
    one = paged(page, total, size, {})
    assert 1 <= one.page <= one.pages
    assert one.last - one.offset == (min(size, total - (one.page - 1) * size) if total else 0)
    assert bool(one.after) == (one.last < total)


def test_a_duration_is_said_in_its_two_greatest_units() -> None:
    gap = "\N{NO-BREAK SPACE}"
    assert lasting(12_000_000, "fr") == f"3{gap}h 20{gap}min"
    assert lasting(0, "fr") == f"0{gap}s"
    assert lasting(2 * 86_400_000 + 60_000, "fr") == f"2{gap}j"
