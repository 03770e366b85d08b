"""The Bilan: its period, its figures, its page and its PDF."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from consoles import REGISTRY, RULES, SCRIPT, Answer, Served, console_of, sources_of
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Alert
from alerts.notices.case import Case
from alerts.rule import Level
from dashboards.console.report.bilan import Where, bilan
from dashboards.console.report.page import routes
from dashboards.console.report.pdf import html_of, pdf_of
from dashboards.console.report.period import Period, period_of
from dashboards.console.report.summary import summary, typical_of
from devices.reading import Series
from stores.port import Point

PARIS = ZoneInfo("Europe/Paris")
DAY = Period("day", date(2026, 11, 24))
HOUR = 3_600_000
NOW = DAY.end + 7 * HOUR
ROOM = "college-moulins-s12"


def stored(device: str, field: str, start: int, end: int, policy: str = "") -> Sequence[Point]:
    """CO2 of one room: 400 to 1,550 ppm, twelve readings an hour but for the last six hours."""
    if device != ROOM or not field.startswith("co2"):
        return []
    values = {"co2": (500.0, 1), "co2_min": (400.0, 1), "co2_max": (1_550.0, -1)}
    first, step = values.get(field, (12.0, 0))
    return [Point(start + n * HOUR, first + step * n) for n in range(18) if start + n * HOUR < end]


def co2_points(device: str, field: str) -> Sequence[Point]:
    return stored(device, field, DAY.start, DAY.end)


def stale(resolved: int | None = DAY.start + 12 * HOUR, level: Level = Level.WARNING) -> Case:
    where = Series("building", ROOM, "indoor-air", "college-moulins", "03190")
    opened = DAY.start + 10 * HOUR
    alert = Alert(7, "classroom_co2", where, level, level, opened, opened, resolved=resolved)
    return Case(alert, RULES["classroom_co2"], SCRIPT, "Moulins")


def test_a_week_begins_on_monday_and_a_day_of_the_clock_change_has_its_own_length() -> None:
    week = period_of("week", "2026-11-26", NOW)
    assert (week.first, week.last) == (date(2026, 11, 23), date(2026, 11, 29))
    autumn, spring = Period("day", date(2026, 10, 25)), Period("day", date(2026, 3, 29))
    assert (autumn.end - autumn.start, spring.end - spring.start) == (25 * HOUR, 23 * HOUR)
    assert week.moved(-1).first == date(2026, 11, 16)


def test_without_a_day_it_is_yesterday_or_last_week_by_the_clocks_of_the_territory() -> None:
    now = round(datetime(2026, 11, 26, 0, 30, tzinfo=PARIS).timestamp() * 1000)
    assert period_of("day", "", now).first == date(2026, 11, 25)
    assert period_of("week", "", now).first == date(2026, 11, 16)


@pytest.mark.parametrize(("kind", "day"), [("month", ""), ("day", "24/11/2026"), ("day", "1000-01-01"), ("week", "x")])
def test_what_is_no_period_is_refused(kind: str, day: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        period_of(kind, day, NOW)


def test_availability_is_the_share_of_the_readings_the_model_promises() -> None:
    found = summary(REGISTRY, ROOM, co2_points, DAY.start, DAY.end)
    assert found.readings == 18 * 12
    assert found.availability == pytest.approx(0.75)  # one every five minutes is 288 a day


def test_extremes_tell_the_hour_and_a_mean_weighs_hours_by_their_readings() -> None:
    [co2] = summary(REGISTRY, ROOM, co2_points, DAY.start, DAY.end).figures
    assert (co2.least.value, co2.least.hour) == (400.0, DAY.start)
    assert (co2.most.value, co2.most.hour) == (1_550.0, DAY.start)
    hours, counts = [Point(0, 10.0), Point(HOUR, 20.0)], [Point(0, 3.0), Point(HOUR, 1.0)]
    assert typical_of(REGISTRY.quantities["co2"], hours, counts) == 12.5


def test_rain_adds_up_a_meter_grows_and_decibels_are_averaged_as_energy() -> None:
    counts = [Point(0, 1.0), Point(HOUR, 1.0), Point(2 * HOUR, 1.0)]

    def typical(quantity: str, *values: float) -> float | None:
        hours = [Point(number * HOUR, value) for number, value in enumerate(values)]
        return typical_of(REGISTRY.quantities[quantity], hours, counts)

    assert typical("rainfall", 1.0, 2.0, 0.5) == 3.5
    assert typical("active_energy", 100.0, 104.0, 3.0) == 4.0  # the meter was changed: a fall is no consumption
    assert typical("sound_level", 80.0, 60.0, 60.0) == pytest.approx(75.3, abs=0.1)
    assert typical("wind_direction", 350.0, 10.0) is None


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=24))
def test_a_mean_lies_between_the_lowest_and_the_highest_hour(values: list[float]) -> None:
    hours = [Point(number * HOUR, value) for number, value in enumerate(values)]
    counts = [Point(number * HOUR, 1.0 + number) for number in range(len(values))]
    found = typical_of(REGISTRY.quantities["air_temperature"], hours, counts)
    assert found is not None
    assert min(values) - 1e-9 <= found <= max(values) + 1e-9


def test_alerts_that_were_open_at_some_time_of_the_period_are_its_breaches() -> None:
    before = stale(resolved=DAY.start - 1)
    before = before._replace(alert=replace(before.alert, opened=DAY.start - HOUR, id=8))
    found = bilan(REGISTRY, Where(site="college-moulins"), DAY, stored, lambda *_: [stale(), before], NOW, "fr")
    assert [one.number for one in found.breaches] == [7]
    assert not found.unfinished
    assert bilan(REGISTRY, Where("03190"), DAY, stored, lambda *_: [], DAY.end - 1, "fr").unfinished


def asked(path: str) -> Answer:
    with Served(routes(console_of(sources_of(points=stored, alerts=lambda *_: [stale()])))) as served:
        return served.get(path)


def test_the_page_asks_first_and_shows_both_languages() -> None:
    assert "Afficher le bilan" in asked("/report").body
    page = asked("/report?kind=day&day=2026-11-24&site=college-moulins").body
    assert "Bilan de college-moulins, le 24 novembre 2026" in page
    assert "75\u00a0%" in page
    english = asked("/report?kind=day&day=2026-11-24&site=college-moulins&lang=en").body
    assert "Report of college-moulins, November 24, 2026" in english


def test_what_strangers_wrote_is_text() -> None:
    page = asked("/report?kind=day&day=2026-11-24&site=college-moulins").body
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("query", ["kind=day&day=x&site=college-moulins", "kind=day&site=nowhere", "kind=day", "day=1"])
def test_what_cannot_be_read_is_said_with_the_form(query: str) -> None:
    answer = asked(f"/report?{query}")
    assert answer.status == 400
    assert "ne peut pas être lue" in answer.body
    assert 'name="commune"' in answer.body


def test_the_pdf_is_tagged_and_the_html_stands_alone() -> None:
    found = bilan(REGISTRY, Where("03190"), DAY, stored, lambda *_: [stale()], NOW, "fr")
    made = pdf_of(found, "fr")
    assert made.startswith(b"%PDF-")
    html = html_of(found, "fr")
    assert "<style>" in html
    assert "src=" not in html
    assert "href=" not in html
