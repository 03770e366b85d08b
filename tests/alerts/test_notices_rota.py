"""Who is on duty, by the clock on the wall in France."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.calendar import instant, local
from alerts.notices.plan import Channel, ChannelKind, Plan
from alerts.notices.rota import Override, Rota, WeekMoment

PARIS = ZoneInfo("Europe/Paris")
WEEK = Rota("routes", ("anne", "bruno", "chloe"), WeekMoment(0, 8 * 60), date(2026, 11, 2))
DAY_MS = 86_400_000

times = st.integers(1_577_836_800_000, 2_208_988_800_000)
"""2020 to 2039."""
moments = st.builds(WeekMoment, st.none() | st.integers(0, 6), st.integers(0, 1_439))
rotas = st.builds(
    Rota,
    st.just("rota"),
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5, unique=True).map(tuple),
    moments,
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 4),
)


def ms(*parts: int, fold: int = 0) -> int:
    return round(datetime(*parts, tzinfo=PARIS, fold=fold).timestamp() * 1000)  # type: ignore[arg-type,misc]


def test_members_take_turns_at_the_handover() -> None:
    assert WEEK.on_duty(ms(2026, 11, 2, 8)) == "anne"
    assert WEEK.on_duty(ms(2026, 11, 9, 8) - 1) == "anne"
    assert WEEK.on_duty(ms(2026, 11, 9, 8)) == "bruno"
    assert WEEK.on_duty(ms(2026, 11, 16, 8)) == "chloe"
    assert WEEK.on_duty(ms(2026, 11, 23, 8)) == "anne"
    assert WEEK.on_duty(ms(2026, 11, 2, 8) - 1) == "chloe"


def test_a_rota_that_begins_within_a_week_begins_with_the_handover_before() -> None:
    late = Rota("routes", WEEK.members, WEEK.handover, date(2026, 11, 5))
    assert late.on_duty(ms(2026, 11, 4)) == "anne"


def test_the_handover_stays_at_eight_when_the_clock_changes() -> None:
    for monday in (date(2026, 3, 30), date(2026, 10, 26)):
        at = round(datetime(monday.year, monday.month, monday.day, 8, tzinfo=PARIS).timestamp() * 1000)
        assert WEEK.turn(at) == WEEK.turn(at - 1) + 1


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2026, 3, 29)])
def test_a_handover_in_the_hour_that_comes_twice_or_never_happens_once(day: date) -> None:
    rota = Rota("days", ("a", "b"), WeekMoment(None, 2 * 60 + 30), date(2026, 1, 1))
    start = instant(day)
    turns = [rota.turn(start + minute * 60_000) for minute in range(25 * 60)]
    assert turns == sorted(turns)
    assert turns[-1] == turns[0] + 1


def test_somebody_stands_in_within_the_override_and_not_beyond() -> None:
    start, end = ms(2026, 11, 3), ms(2026, 11, 4)
    rota = Rota("routes", WEEK.members, WEEK.handover, WEEK.since, overrides=(Override("bruno", start, end),))
    found = [rota.on_duty(at) for at in (start - 1, start, end - 1, end)]
    assert found == ["anne", "bruno", "bruno", "anne"]


def test_a_member_may_be_a_rota() -> None:
    channels = [Channel("duty", ChannelKind.ROTA, rota="outer"), Channel("south", ChannelKind.ROTA, rota="inner")]
    people = [Channel(name, ChannelKind.WEBHOOK) for name in ("a", "b")]
    rotas_ = {
        "outer": Rota("outer", ("south", "a"), WeekMoment(0, 0), date(2026, 11, 2)),
        "inner": Rota("inner", ("b",), WeekMoment(0, 0), date(2026, 11, 2)),
    }
    plan = Plan({one.name: one for one in (*channels, *people)}, rotas_)
    found = [plan.resolve("duty", ms(2026, 11, day)) for day in (3, 10)]
    assert [one and one.name for one in found] == ["b", "a"]
    assert plan.resolve("nobody", 0) is None


@given(rotas, times)
def test_at_any_instant_exactly_one_is_on_duty_from_handover_to_handover(rota: Rota, now: int) -> None:
    turn, length = rota.turn(now), rota.handover.days * rota.turns
    first = rota.handover.day_at_or_before(rota.since)
    start, end = (instant(first + timedelta(days=k * length), rota.handover.minute) for k in (turn, turn + 1))
    assert start <= now < end
    assert rota.turn(start) == rota.turn(end - 1) == turn
    assert rota.turn(end) == turn + 1
    assert rota.on_duty(now) in rota.members


@given(rotas, times)
def test_handovers_are_at_the_local_time_given_but_for_the_hour_that_is_skipped(rota: Rota, now: int) -> None:
    length = rota.handover.days * rota.turns
    first = rota.handover.day_at_or_before(rota.since)
    start = local(instant(first + timedelta(days=rota.turn(now) * length), rota.handover.minute))
    assert rota.handover.weekday in {None, start.weekday()}
    skipped = (start - start.astimezone(UTC).astimezone(PARIS)) or start.hour in {2, 3}
    assert start.hour * 60 + start.minute == rota.handover.minute or skipped


@given(moments, times)
def test_the_last_moment_of_a_week_is_the_newest_that_is_not_ahead(moment: WeekMoment, now: int) -> None:
    last = moment.last(now)
    assert last <= now < last + (moment.days * DAY_MS) + 3_600_000
    assert moment.last(last) == last
    assert moment.weekday in {None, local(last).weekday()}
