"""Calendars: slots by the clock on the wall in France, and the days on which there are none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.calendar import REMEMBERED, Calendar, Holiday, Hours, bank_holidays, instant, minutes, overlaps
from alerts.calendars_file import expiring, read_calendars
from devices.problems import Problem

PARIS = ZoneInfo("Europe/Paris")
DAY = 86_400_000
HOUR = 3_600_000
NIGHT = Calendar("night", (((Hours(23 * 60, 5 * 60)),),) * 7)
LONG_NIGHT = Calendar(
    "long",
    (
        (
            Hours(0, 90),
            Hours(150, 1440),
        ),
    )
    * 7,
)


def at(text: str) -> int:
    """The ms of a time on the wall; the first one when it comes twice."""
    return round(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Calendar]:
    problems: list[Problem] = []
    found = read_calendars(Path(__file__).parents[2] / "config", problems)
    assert problems == []
    return found


def test_a_classroom_is_occupied_on_a_school_morning(shipped: dict[str, Calendar]) -> None:
    school = shipped["school_hours"]
    assert school.slot(at("2026-11-26T10:00")) == (at("2026-11-26T08:00"), at("2026-11-26T18:00"))
    assert school.slot(at("2026-11-25T11:59")) == (at("2026-11-25T08:00"), at("2026-11-25T12:00"))


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-26T07:59:59",
        "2026-11-26T18:00:00",
        "2026-11-25T12:00:00",
        "2026-11-28T10:00:00",
        "2026-11-29T10:00:00",
        "2026-12-21T10:00:00",
        "2027-02-15T10:00:00",
        "2027-03-29T10:00:00",
        "2027-05-07T10:00:00",
        "2026-11-11T10:00:00",
        "2026-07-08T10:00:00",
    ],
)
def test_a_classroom_is_empty_at_night_on_weekends_on_holidays(shipped: dict[str, Calendar], moment: str) -> None:
    assert shipped["school_hours"].slot(at(moment)) is None


def test_school_begins_again_on_the_day_the_holidays_end(shipped: dict[str, Calendar]) -> None:
    for day in ("2026-11-02", "2027-01-04", "2027-03-01", "2027-04-26"):
        assert shipped["school_hours"].slot(at(f"{day}T10:00")), day
        before = (date.fromisoformat(day) - timedelta(days=3)).isoformat()
        assert not shipped["school_hours"].slot(at(f"{before}T10:00")), before


def test_an_office_knows_bank_holidays_and_no_school_holidays(shipped: dict[str, Calendar]) -> None:
    office = shipped["office_hours"]
    assert office.slot(at("2026-12-21T10:00"))
    assert office.slot(at("2030-08-05T10:00"))
    assert not office.slot(at("2026-12-25T10:00"))
    assert not office.slot(at("2026-07-14T10:00"))


def test_no_school_day_is_invented_after_the_known_holidays(shipped: dict[str, Calendar]) -> None:
    school = shipped["school_hours"]
    days = [date(2027, 9, 1) + timedelta(days=number) for number in range(1200)]
    assert not any(school.slot(instant(day, 600)) for day in days)


def test_the_end_of_what_is_known_is_said_sixty_days_before(shipped: dict[str, Calendar]) -> None:
    end = at("2027-09-01T00:00")
    school = shipped["school_hours"]
    assert school.expires(end - 61 * DAY) is None
    assert school.expires(end - 59 * DAY) == school.expires(end + 1000 * DAY) == end
    assert shipped["office_hours"].expires(end + 1000 * DAY) is None
    problems = expiring(shipped.values(), end - 59 * DAY)
    assert [problem.code for problem in problems] == ["calendar_expires"]
    assert "2027-09-01" in problems[0].text("fr")
    assert expiring(shipped.values(), at("2026-11-26T12:00")) == []


def test_all_three_zones_are_known_for_the_same_time(shipped: dict[str, Calendar]) -> None:
    text = (Path(__file__).parents[2] / "config" / "calendars.toml").read_text()
    assert text.count("known_until = 2027-09-01") == 3
    assert shipped["school_hours"].known_until == date(2027, 9, 1)


def test_a_slot_over_midnight_belongs_to_the_day_it_begins() -> None:
    monday = Calendar("x", ((Hours(23 * 60, 5 * 60),), (), (), (), (), (), ()), closed=frozenset({date(2026, 11, 30)}))
    night = (at("2026-11-23T23:00"), at("2026-11-24T05:00"))
    assert monday.slot(at("2026-11-24T04:59")) == monday.slot(at("2026-11-23T23:00")) == night
    assert monday.slot(at("2026-11-24T23:30")) is None
    assert monday.slot(at("2026-12-01T02:00")) is None, "its Monday is closed"


def test_an_opened_day_wins_over_holidays_and_over_what_is_not_known() -> None:
    week = ((Hours(480, 720),),) * 7
    calendar = Calendar("x", week, (Holiday("h", date(2026, 1, 1), date(2026, 2, 1)),), date(2026, 3, 1))
    opened = replace(calendar, opened=frozenset({date(2026, 1, 5), date(2026, 4, 1)}), _slots={}, _answers={})
    assert [bool(calendar.slot(at(f"{day}T10:00"))) for day in ("2026-01-05", "2026-02-02", "2026-04-01")] == [0, 1, 0]
    assert [bool(opened.slot(at(f"{day}T10:00"))) for day in ("2026-01-05", "2026-02-02", "2026-04-01")] == [1, 1, 1]


def test_the_night_that_loses_an_hour_is_five_hours_long() -> None:
    start, end = NIGHT.slot(at("2026-03-29T04:00")) or (0, 0)
    assert (start, end) == (at("2026-03-28T23:00"), at("2026-03-29T05:00"))
    assert end - start == 5 * HOUR


def test_the_night_that_gains_an_hour_is_seven_hours_long() -> None:
    start, end = NIGHT.slot(at("2026-10-25T02:30") + HOUR) or (0, 0)
    assert (start, end) == (at("2026-10-24T23:00"), at("2026-10-25T05:00"))
    assert end - start == 7 * HOUR


def test_a_slot_within_the_skipped_hour_is_not_there_and_harms_none() -> None:
    calendar = Calendar("x", ((Hours(130, 170), Hours(170, 300)),) * 7)
    assert calendar.slot(at("2026-03-29T01:59")) is None
    assert calendar.slot(at("2026-03-29T03:00")) == (at("2026-03-29T03:00"), at("2026-03-29T05:00"))
    assert calendar.slot(at("2026-03-30T02:10")) == (at("2026-03-30T02:10"), at("2026-03-30T02:50"))


def test_the_hour_that_comes_twice_is_in_the_slot_twice() -> None:
    calendar = Calendar("x", ((Hours(120, 180),),) * 7)
    assert calendar.slot(at("2026-10-25T02:30")) == calendar.slot(at("2026-10-25T02:30") + HOUR)
    assert calendar.slot(at("2026-10-25T02:30") + HOUR) == (at("2026-10-25T02:00"), at("2026-10-25T03:00"))


HOURS = st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda one: one[0] != one[1]).map(Hours._make)
WEEKS = st.tuples(*[st.lists(HOURS, max_size=2).map(tuple)] * 7).filter(lambda week: not overlaps(week))
TIMES = st.integers(at("2025-09-01T00:00"), at("2028-09-01T00:00")) | st.sampled_from(
    [at("2026-03-29T00:00"), at("2026-10-25T00:00")]
).flatmap(lambda start: st.integers(start, start + 6 * HOUR))


@given(WEEKS, TIMES, st.integers(-3 * HOUR, 3 * HOUR))
def test_a_slot_holds_its_time_and_two_slots_are_one_or_apart(
    week: tuple[tuple[Hours, ...], ...], time: int, away: int
) -> None:
    calendar = Calendar("x", week)
    one, other = calendar.slot(time), calendar.slot(time + away)
    if one:
        assert one[0] <= time < one[1]
        assert calendar.slot(one[0]) == calendar.slot(one[1] - 1) == one
    if one and other:
        assert one == other or one[1] <= other[0] or other[1] <= one[0]


@given(WEEKS, TIMES)
def test_a_slot_is_open_exactly_when_the_clock_on_the_wall_says_so(
    week: tuple[tuple[Hours, ...], ...], time: int
) -> None:
    wall = datetime.fromtimestamp(time / 1000, UTC).astimezone(PARIS)
    minute = wall.hour * 60 + wall.minute
    today = any(h.start <= minute < (h.end if h.end > h.start else 1440) for h in week[wall.weekday()])
    yesterday = any(h.end < h.start and minute < h.end for h in week[wall.weekday() - 1])
    changes = {
        date(y, m, d)
        for y, m, d in ((2025, 10, 26), (2026, 3, 29), (2026, 10, 25), (2027, 3, 28), (2027, 10, 31), (2028, 3, 26))
    }
    if wall.date() in changes and 1 <= wall.hour <= 3:
        return  # the edges of a slot within the hour that is skipped or comes twice: the tests above
    assert bool(Calendar("x", week).slot(time)) == (today or yesterday)


@given(st.lists(TIMES, min_size=2, max_size=20))
def test_what_is_remembered_is_what_is_computed(times: list[int]) -> None:
    calendar = Calendar("x", ((Hours(425, 723), Hours(1400, 61)),) * 7)
    for time in times * 2:
        assert calendar.slot(time) == Calendar("x", calendar.week).slot(time)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 1439))
def test_no_slot_begins_on_a_holiday(day: date, minute: int) -> None:
    holiday = Holiday("h", day, day + timedelta(days=7))
    calendar = Calendar("x", ((Hours(0, 1440),),) * 7, (holiday,), bank_holidays=True)
    for number in range(7):
        assert calendar.slot(instant(day + timedelta(days=number), minute)) is None


def test_memory_is_bounded() -> None:
    calendar = Calendar("x", ((Hours(480, 720),),) * 7)
    for quarter in range(REMEMBERED + 100):
        calendar.slot(quarter * 900_000)
    assert len(calendar._answers) <= REMEMBERED


@pytest.mark.parametrize("text", ["", "8:00-9:00", "24:00-01:00", "08:00-24:01", "08:60-09:00", "08:00", "08:00-08:00"])
def test_what_is_no_slot_of_hours_is_none(text: str) -> None:
    assert minutes(text) is None


def test_a_slot_may_end_at_midnight_or_run_over_it() -> None:
    assert minutes("22:00-24:00") == Hours(1320, 1440)
    assert minutes("22:00-00:00") == Hours(1320, 0)
    assert Hours(1320, 1440).length == Hours(1320, 0).length == 120


def test_the_longest_slot_is_that_of_the_week() -> None:
    assert LONG_NIGHT.longest == (1440 - 150) * 60_000
    assert Calendar("x", ((),) * 7).longest == 0


def test_there_are_eleven_bank_holidays_a_year() -> None:
    assert all(len(bank_holidays(year)) == 11 for year in (2025, 2026, 2027))
