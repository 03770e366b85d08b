"""Who sees raw values of what may tell of persons: who acts. Who reads sees hours, a commune's link nothing."""

import http.client
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from consoles import REGISTRY, RULES, Answer, Served, console_of, sources_of
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from telling import case

from alerts.alert import Alert
from alerts.rule import Level
from dashboards.console import live_routes
from dashboards.console.access import Role, User
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.alerts_page.page import routes as alerts_routes
from dashboards.console.api.answers import iso
from dashboards.console.api.page import routes as api_routes
from dashboards.console.console import Console
from dashboards.console.device.page import routes as device_routes
from dashboards.console.device.samples import read_shown
from dashboards.console.device.span import Span
from dashboards.console.devices.page import routes as devices_routes
from dashboards.console.personal import Sight
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.days import day_of
from dashboards.console.present import Present
from dashboards.console.quarantine.page import routes as quarantine_routes
from dashboards.console.report.bilan import Where, bilan
from dashboards.console.report.period import period_of
from dashboards.console.rows import PARIS
from dashboards.console.share.page import routes as share_routes
from dashboards.console.sources import RawMessage, Refused
from dashboards.console.territory.page import routes as territory_routes
from devices.quantity import Personal
from devices.reading import Reading
from devices.registry import Registry
from devices.schema import RAW, ROLLUP
from stores.memory import MemoryStore
from stores.port import Hour, Point
from stores.rollup import roll_up

HOUR, MINUTE, DAY = 3_600_000, 60_000, 86_400_000
ROOM = "college-moulins-s12"
OCCUPIED = "Occupation du local"
PROFILE = REGISTRY.profiles[ROOM]
PLATE = b'{"values": {"plate": "AB-123-CD"}}'
READERS = [None, User("victor", Role.VIEWER)]
ACTORS = [User("anne", Role.TECHNICIAN), User("root", Role.ADMIN)]
NOW = now_ms()
SINCE = "2026-01-01T00:00:00Z"
YESTERDAY = datetime.fromtimestamp(NOW / 1000 - 86_400, PARIS).date().isoformat()


def readings() -> list[Reading]:
    """Three days, every ten minutes: somebody is there in the first twenty minutes of each hour."""
    start = NOW - NOW % HOUR - 3 * DAY + 3 * MINUTE  # no reading at the full hour
    times = range(start, NOW - 5 * MINUTE, 10 * MINUTE)
    return [
        Reading(PROFILE.series_at(at), at, {"co2": 612.0, "occupancy": float(at % HOUR < 20 * MINUTE)}) for at in times
    ]


def stored(registry: Registry = REGISTRY) -> MemoryStore:
    """With the roll-ups of each hour that is over."""
    store, known = MemoryStore(), readings()
    store.write(known)
    hours: dict[int, list[Reading]] = {}
    for one in known:
        hours.setdefault(one.time // HOUR * HOUR, []).append(one)
    for hour, several in hours.items():
        if hour + HOUR <= NOW:
            store.write_rollups(roll_up(several, registry.quantities, hour))
    return store


STORE = stored()


def by_days() -> Registry:
    """The shipped territory, with presence shown by the day."""
    quantities = REGISTRY.quantities
    occupancy = replace(quantities["occupancy"], personal=Personal(Personal.DAY, 30))
    return replace(REGISTRY, quantities=quantities | {"occupancy": occupancy})


def console(user: User | None, registry: Registry = REGISTRY, **given: Any) -> Console:
    present = Present()
    present.take(readings())
    sources = sources_of(
        **{
            "registry": lambda: registry,
            "points": STORE.points,
            "hours": STORE.hours,
            "messages": lambda _device, _limit: [RawMessage(NOW, f"vigiterre/building/{ROOM}/up", PLATE)],
        }
        | given
    )
    return console_of(sources, present, user)


def asked(path: str, user: User | None, registry: Registry = REGISTRY, **given: Any) -> Answer:
    found = console(user, registry, **given)
    pages: list[Callable[[Console], Sequence[BaseRoute]]]
    pages = [device_routes, devices_routes, territory_routes, quarantine_routes, alerts_routes, api_routes]
    with Served([route for routes in pages for route in routes(found)]) as served:
        return served.get(path)


def series(user: User | None, registry: Registry = REGISTRY, quantity: str = "occupancy", **query: str) -> Answer:
    """`since` is the parameter `from`."""
    given = {"quantity": quantity} | {"from" if name == "since" else name: value for name, value in query.items()}
    parameters = "&".join(f"{name}={value}" for name, value in given.items())
    return asked(f"/api/v1/devices/{ROOM}/series?{parameters}", user, registry)


def times_of(answer: Answer) -> list[int]:
    assert answer.status == 200, answer.body
    return [int(time) for time in json.loads(answer.body)["times"]]


# The read API


@pytest.mark.parametrize("user", READERS)
def test_raw_values_of_persons_are_refused_to_a_reader_in_words(user: User | None) -> None:
    answer = series(user)
    problem = json.loads(answer.body)
    assert answer.status == 403
    assert problem["type"] == "urn:vigiterre:problem:forbidden"
    assert "step=1h" in problem["detail"]


@pytest.mark.parametrize("user", READERS)
def test_a_reader_has_hours_of_persons_and_no_hour_that_is_not_over(user: User | None) -> None:
    since = iso(NOW - NOW % HOUR - 23 * HOUR)  # the clock goes on: a suite may take an hour from here to there
    items = json.loads(series(user, step="1h", since=since).body)["items"]
    assert 23 <= len(items) <= 24
    assert all(one["time"].endswith(":00:00.000Z") for one in items)


@pytest.mark.parametrize("user", ACTORS)
def test_who_acts_has_raw_values_of_persons(user: User) -> None:
    assert len(json.loads(series(user).body)["items"]) > 100


def test_raw_values_of_all_other_quantities_are_for_readers_too() -> None:
    assert len(json.loads(series(None, quantity="co2").body)["items"]) > 100


def test_by_the_day_an_hour_is_refused_and_the_day_that_is_not_over_is_left_out() -> None:
    assert series(None, by_days(), step="1h").status == 403
    answer = series(None, by_days(), step="1d", since=SINCE)
    items = json.loads(answer.body)["items"]
    assert 1 <= len(items) <= 3
    assert items[-1]["time"] < iso(day_of(NOW))


@pytest.mark.parametrize("path", ["/api/v1/latest?limit=1000", f"/api/v1/devices/{ROOM}/latest"])
def test_a_newest_value_of_persons_is_no_readers_business(path: str) -> None:
    def quantities(user: User | None) -> set[str]:
        return {one["quantity"] for one in json.loads(asked(path, user).body)["items"]}

    assert quantities(None) == {"co2"}
    assert quantities(ACTORS[0]) == {"co2", "occupancy"}


def test_the_catalogue_says_what_is_personal() -> None:
    items = {one["id"]: one for one in json.loads(asked("/api/v1/quantities", None).body)["items"]}
    assert (items["occupancy"]["minimum_aggregation"], items["occupancy"]["retention_days"]) == (60, 30)
    assert items["co2"]["minimum_aggregation"] is None


# The page of a device, its charts and its files


@pytest.mark.parametrize("user", READERS)
def test_the_charts_of_persons_are_by_the_hour_for_a_reader(user: User | None) -> None:
    times = times_of(asked(f"/devices/{ROOM}/series.json?quantity=occupancy", user))
    assert times
    assert all(time % HOUR == 0 for time in times)
    raw = times_of(asked(f"/devices/{ROOM}/series.json?quantity=co2", user))
    assert len(raw) > 100


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_no_step_of_a_chart_or_a_file_gives_a_reader_raw_values_of_persons(kind: str) -> None:
    answer = asked(f"/devices/{ROOM}/series.{kind}?quantity=occupancy&step=raw", READERS[1])
    assert answer.status == 400
    assert "technician" in json.loads(answer.body)["errors"]["step"]
    assert asked(f"/devices/{ROOM}/series.{kind}?quantity=occupancy&step=raw", ACTORS[0]).status == 200


def test_a_file_for_a_reader_has_one_line_an_hour() -> None:
    def lines(user: User | None) -> int:
        return len(asked(f"/devices/{ROOM}/series.csv?quantity=occupancy", user).body.splitlines())

    assert lines(None) <= 1 + 25
    assert lines(ACTORS[0]) > 100


def test_by_the_day_a_chart_has_days_that_are_over() -> None:
    times = times_of(asked(f"/devices/{ROOM}/series.json?quantity=occupancy&range=7d", None, by_days()))
    assert times
    assert all(day_of(time) == time for time in times)
    assert max(times) < day_of(NOW)


def test_the_page_says_where_the_newest_value_of_persons_is_and_shows_who_acts_the_value() -> None:
    def cell(user: User | None) -> str:
        body = asked(f"/devices/{ROOM}", user).body
        [found] = re.findall(rf'data-device="{ROOM}" data-quantity="occupancy">([^<]*)<', body)
        return str(found)

    assert cell(None) == "par heure, sur la courbe"
    [newest] = [one.value for one in STORE.latest([ROOM]) if one.quantity == "occupancy"]
    assert cell(ACTORS[0]) == ("occupé" if newest else "libre")


def test_messages_as_they_came_are_for_who_acts_where_a_device_measures_persons() -> None:
    reader, actor = (asked(f"/devices/{ROOM}", user).body for user in (READERS[1], ACTORS[0]))
    assert "AB-123-CD" not in reader
    assert "ses messages bruts demandent le rôle technician" in reader
    assert "AB-123-CD" in actor
    assert "AB-123-CD" in asked("/devices/d945-souvigny", READERS[1]).body


# Lists


@pytest.mark.parametrize("path", ["/devices?q=s12", "/devices.csv?q=s12", "/"])
def test_lists_leave_values_of_persons_out_for_a_reader(path: str) -> None:
    def quantities(user: User | None) -> tuple[bool, bool]:
        body = asked(path, user).body
        return "CO2" in body, OCCUPIED in body

    assert quantities(READERS[1]) == (True, False)
    assert quantities(ACTORS[0]) == (True, True)


# The law


@given(
    st.sampled_from(sorted(REGISTRY.quantities)),
    st.sampled_from([Personal.HOUR, Personal.DAY]),
    st.sampled_from(["", RAW, ROLLUP]),
    st.integers(0, 400 * DAY),
    st.integers(1, 400 * DAY),
)
def test_whatever_is_asked_no_raw_value_of_persons_is_read_for_a_reader(
    name: str, step: int, policy: str, back: int, length: int
) -> None:
    """And no day that is not over, where days are the finest step."""
    read: list[tuple[str, int]] = []

    class Recorded:
        def points(self, _device: str, _field: str, _start: int, end: int, policy: str) -> Sequence[Point]:
            read.append((policy, end))
            return []

        def hours(self, _device: str, _quantity: str, _start: int, end: int) -> Sequence[Hour]:
            read.append((ROLLUP, end))
            return []

    quantity = replace(REGISTRY.quantities[name], personal=Personal(step, 30))
    span = Span("", NOW - back, NOW - back + length)
    read_shown(Recorded(), ROOM, quantity, span, 60_000, Sight(raw=False, now=NOW), policy)
    assert {policy for policy, _ in read} == {ROLLUP}
    if step == Personal.DAY:
        assert all(end <= day_of(NOW) or end <= span.start + DAY for _, end in read)


# The live feed


@contextmanager
def live(user: User | None) -> Iterator[tuple[Served, Callable[[Reading], None]]]:
    """Pages, and what stores a reading in the loop of the server."""
    found = console(user)
    waiting: list[Reading] = []

    async def store(_request: Request) -> Response:
        found.live.publish_readings([waiting.pop()])
        return PlainTextResponse("")

    async def close(_request: Request) -> Response:
        found.live.close()
        return PlainTextResponse("")

    def put(reading: Reading) -> None:
        waiting.append(reading)
        assert served.get("/store").status == 200

    with Served([*live_routes.routes(found), Route("/store", store), Route("/close", close)]) as served:
        yield served, put
        served.get("/close")


def heard(user: User | None) -> list[Mapping[str, Any]]:
    """Values that an open page is told: first as they are, then two readings, the second of temperature alone."""
    found: list[Mapping[str, Any]] = []
    with live(user) as (served, put):
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        connection.request("GET", f"/live?device={ROOM}")
        stream = connection.getresponse()
        kind, begun = "", False
        while line := stream.readline().decode():
            name, _, value = line.rstrip().partition(": ")
            kind = value if name == "event" else kind
            if name == "data" and kind == "reading":
                found.append(json.loads(value))
            if name == "data" and kind == "alerts" and not begun:
                begun = True
                put(Reading(PROFILE.series_at(NOW), NOW + 1, {"occupancy": 1.0}))
                put(Reading(PROFILE.series_at(NOW), NOW + 2, {"air_temperature": 20.0}))
            if found and found[-1]["quantity"] == "air_temperature":
                break
        connection.close()
    return found


@pytest.mark.parametrize("user", READERS)
def test_the_live_feed_tells_a_reader_no_value_of_persons(user: User | None) -> None:
    assert [one["quantity"] for one in heard(user)] == ["co2", "air_temperature"]


def test_the_live_feed_tells_who_acts_all_values() -> None:
    assert {one["quantity"] for one in heard(ACTORS[0])} == {"co2", "occupancy", "air_temperature"}


# The quarantine


def kept(number: int) -> Refused:
    return Refused(number, NOW, "vigiterre/road/x/up", "x", "schema", "values.plate: no number", len(PLATE),
                   sha256(PLATE).hexdigest(), PLATE)  # fmt: skip


@pytest.mark.parametrize("user", READERS)
def test_the_bytes_of_a_refused_message_are_no_readers_business(user: User | None) -> None:
    page = asked("/quarantine/1", user, refused_one=kept)
    assert page.status == 200
    assert "values.plate: no number" in page.body
    assert "ses octets demandent le rôle technician" in page.body
    taken = asked("/quarantine/1/bytes", user, refused_one=kept)
    assert taken.status == 403
    for body in (page.body, taken.body):
        assert "AB-123-CD" not in body
        assert "41 42 2d" not in body


def test_who_acts_sees_and_takes_the_bytes_of_a_refused_message() -> None:
    assert "AB-123-CD" in asked("/quarantine/1", ACTORS[0], refused_one=kept).body
    assert asked("/quarantine/1/bytes", ACTORS[0], refused_one=kept).body.encode() == PLATE


# The link of a commune


def of_room(quantity: str, number: int) -> Alert:
    rule = "boiler_room_door" if quantity == "occupancy" else "classroom_co2"
    return Alert(
        number, rule, PROFILE.series_at(NOW), Level.WARNING, Level.WARNING, NOW - DAY, NOW - DAY, quantity=quantity
    )


def test_the_link_of_a_commune_shows_nothing_of_persons(tmp_path: Path) -> None:
    cases = [case(one, RULES[one.rule]) for one in (of_room("co2", 1), of_room("occupancy", 2))]
    shown = console(ACTORS[1], open_alerts=lambda: cases, alerts=lambda *_: cases)
    with Accounts(tmp_path) as accounts:
        link = "/share/" + accounts.shares.add("03190", "mairie", NOW + DAY, NOW)
        with Served(share_routes(shown, accounts.shares.of)) as served:
            page, values, history, report = (
                served.get(link + more).body
                for more in ("", "/values.csv", "/history.csv", f"/report?kind=day&day={YESTERDAY}")
            )
    heard = datetime.fromtimestamp(readings()[-1].time / 1000, PARIS).strftime("%H:%M")
    for body in (page, values, history, report):
        assert OCCUPIED not in body
        assert RULES["boiler_room_door"].title["fr"] not in body
        assert heard not in body
    assert "CO2" in page
    assert "CO2" in history
    assert RULES["classroom_co2"].title["fr"] in report


# The report


def titles(registry: Registry, *, persons: bool) -> Mapping[str, Sequence[str]]:
    """Label -> lowest, highest and what is said of the period."""
    period = period_of("day", YESTERDAY, NOW)
    found = bilan(registry, Where("03190"), period, STORE.points, lambda *_: [], NOW, "fr", persons=persons)
    return {row.label: row[1:] for device in found.devices if device.id == ROOM for row in device.rows}


def test_a_report_tells_persons_by_the_period_and_a_communes_report_not_at_all() -> None:
    assert OCCUPIED in titles(REGISTRY, persons=True)
    assert OCCUPIED not in titles(REGISTRY, persons=False)
