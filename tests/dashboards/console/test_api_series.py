"""Series: raw values, hours and days, within bounds that are said."""

import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from api_territory import DAY, DEVICE, HOUR, MINUTE, NOW, api, days_of, series_of, store_of
from consoles import REGISTRY, Answer, Served
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.api import series
from dashboards.console.api.answers import iso
from dashboards.console.api.spans import KEPT, OWN, joined, whole_days
from dashboards.console.pieces.days import by_day, day_after, day_of
from dashboards.console.rows import PARIS
from devices.quantity import Aggregate
from devices.reading import Reading
from devices.schema import ROLLUP
from stores.port import Point
from stores.rollup import aggregate

SURFACE = "road_surface_temperature"
ONE_OF_EACH = {one.aggregate: one for one in REGISTRY.quantities.values()}
MIDNIGHT = day_of(NOW)


def path_of(**query: str) -> str:
    return f"/api/v1/devices/{DEVICE}/series?{urlencode({'quantity': SURFACE} | query)}"


def asked(**query: str) -> Answer:
    with Served(api()) as served:
        return served.get(path_of(**query))


def items(answer: Answer) -> list[tuple[str, float]]:
    assert answer.status == 200, answer.body
    return [(one["time"], one["value"]) for one in json.loads(answer.body)["items"]]


def wrong(answer: Answer) -> list[str]:
    assert answer.status == 400, answer.body
    return [one["parameter"] for one in json.loads(answer.body)["errors"]]


def test_the_last_day_is_what_is_shown_without_times() -> None:
    answer = asked()
    assert len(items(answer)) == 144
    shown = json.loads(answer.body)
    assert (shown["from"], shown["to"]) == (iso(NOW - DAY), iso(NOW))
    assert (shown["unit"], shown["aggregate"], shown["kept_since"], shown["next"]) == ("Cel", None, None, None)


def test_the_start_is_included_and_the_end_is_not() -> None:
    found = items(asked(**{"from": "2026-11-25T11:00:00+01:00", "to": "2026-11-25T10:20:00Z"}))
    assert found == [("2026-11-25T10:00:00.000Z", 10.0), ("2026-11-25T10:10:00.000Z", 10.0)]


def test_hours_are_those_of_the_store() -> None:
    found = items(asked(step="1h", **{"from": iso(NOW - 3 * HOUR)}))
    assert found == [(iso(NOW - hours * HOUR), float(12 - hours)) for hours in (3, 2, 1)]


def test_an_hour_comes_once_although_its_device_was_moved_in_it() -> None:
    known = days_of()
    hour = NOW - HOUR
    elsewhere = series_of(DEVICE)._replace(site="elsewhere")
    moved = [one._replace(series=elsewhere) if one.time >= hour + 30 * MINUTE else one for one in known]
    with Served(api(moved)) as served:
        found = items(served.get(path_of(step="1h", **{"from": iso(NOW - 2 * HOUR)})))
    assert found == [(iso(NOW - 2 * HOUR), 10.0), (iso(hour), 11.0)]


def test_a_day_is_whole_and_begins_at_midnight_in_paris() -> None:
    query = {"from": iso(NOW - 2 * DAY), "step": "1d"}
    assert items(asked(aggregate="max", **query)) == [
        ("2026-11-23T23:00:00.000Z", 23.0),
        ("2026-11-24T23:00:00.000Z", 23.0),
    ]
    assert items(asked(**query))[0][1] == pytest.approx(11.5)


def test_csv_of_a_series_says_what_it_is_of() -> None:
    with Served(api()) as served:
        answer = served.get(path_of(**{"from": iso(NOW - 15 * MINUTE)}), Accept="text/csv")
    expected = f"device,quantity,time,value,unit\r\n{DEVICE},{SURFACE},2026-11-25T11:50:00.000Z,11.0,Cel\r\n"
    assert answer.body == expected


def test_raw_values_that_are_no_longer_kept_are_said_to_be() -> None:
    with Served(api(raw_days=7)) as served:
        old, new, hours = (
            json.loads(served.get(path_of(**{"from": iso(NOW - 8 * DAY)} | more)).body)["kept_since"]
            for more in ({}, {"from": iso(NOW - 6 * DAY)}, {"step": "1h"})
        )
    assert (old, new, hours) == (iso(NOW - 7 * DAY), None, None)


def test_more_values_than_an_answer_holds_are_led_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "POINTS", 100)
    found: list[str] = []
    with Served(api()) as served:
        path = path_of(**{"from": iso(NOW - DAY)})
        while path:
            answer = served.get(path)
            found += [time for time, _ in items(answer)]
            link = answer.headers.get("Link", "")
            path = link.removeprefix("<").partition(">")[0]
    assert found == [iso(one.time) for one in days_of(days=1)]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"quantity": "warmth"}, "quantity"),
        ({"from": "2026-11-25T12:00:00Z", "to": "2026-11-25T12:00:00Z"}, "to"),
        ({"from": "2026-10-01T00:00:00Z"}, "from"),
        ({"from": "2025-01-01T00:00:00Z", "step": "1h"}, "from"),
        ({"from": "1980-01-01T00:00:00Z", "step": "1d"}, "from"),
        ({"aggregate": "mean"}, "aggregate"),
        ({"aggregate": "last", "step": "1h"}, "aggregate"),
        ({"aggregate": "median", "step": "1h"}, "aggregate"),
        ({"step": "1w"}, "step"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-11-25T12:00:00"}, "from"),
        ({"until": "2026-11-25T12:00:00Z"}, "until"),
    ],
)
def test_what_has_no_answer_is_refused_by_parameter(query: dict[str, str], parameter: str) -> None:
    assert wrong(asked(**query)) == [parameter]


def test_times_at_the_ends_of_the_calendar_are_no_fault_of_ours() -> None:
    query = {"from": "0001-01-01T00:00:00+23:59", "to": "0001-01-02T00:00:00Z"}
    assert wrong(asked(**query)) == ["to"]
    assert wrong(asked(**{"from": "9999-12-31T23:59:59.999999-23:59"})) == ["to"]


# Days made of hours


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)])
def test_days_have_the_hours_that_the_clocks_of_paris_give_them(day: str, hours: int) -> None:
    midnight = round(datetime.fromisoformat(day).replace(tzinfo=PARIS).timestamp() * 1000)
    assert day_after(midnight) - midnight == hours * HOUR
    assert {day_of(midnight + hour * HOUR) for hour in range(hours)} == {midnight}
    assert day_of(midnight + hours * HOUR) == day_after(midnight)


@given(st.lists(st.integers(0, 4_102_444_800_000).map(lambda time: time // 7 * 7), max_size=20))
def test_days_of_many_times_are_those_of_each(times: list[int]) -> None:
    for many in (times, sorted(times), [time + hour * HOUR for time in times for hour in range(-2, 26)]):
        assert [*map(by_day(), many)] == [*map(day_of, many)]


@given(st.integers(0, 4_102_444_800_000), st.integers(1, 40 * DAY))
def test_whole_days_begin_within_the_range(start: int, length: int) -> None:
    first, last = whole_days(start, start + length)
    assert first >= start
    assert day_of(first) == first
    assert day_of(last) == last
    assert first - start < 25 * HOUR
    assert 0 <= last - (start + length) < 25 * HOUR


numbers = st.lists(st.integers(-400, 400).map(lambda tenths: tenths / 10), min_size=1, max_size=60)


def of_day(values: Sequence[float], how: str, kind: Aggregate) -> Point:
    """Of readings spread over one day, by way of the hours the store keeps of them."""
    quantity = ONE_OF_EACH[kind]
    step = DAY // len(values) if len(values) > 1 else 1
    readings = [Reading(series_of(DEVICE), MIDNIGHT + at * step, {quantity.id: one}) for at, one in enumerate(values)]
    store = store_of(readings)
    found = joined(quantity, how, lambda field: store.points(DEVICE, field, MIDNIGHT, MIDNIGHT + DAY, ROLLUP), day_of)
    assert len(found) == 1
    return found[0]


@given(numbers)
def test_a_day_made_of_hours_is_that_of_its_readings(values: list[float]) -> None:
    expected = {
        (Aggregate.MEAN, "mean"): math.fsum(values) / len(values),
        (Aggregate.MEAN, "sum"): math.fsum(values),
        (Aggregate.MEAN, "min"): min(values),
        (Aggregate.MEAN, "max"): max(values),
        (Aggregate.ENERGY_MEAN, "mean"): aggregate(Aggregate.ENERGY_MEAN, values),
        (Aggregate.SUM, "sum"): math.fsum(values),
        (Aggregate.SUM, "mean"): math.fsum(values) / len(values),
        (Aggregate.LAST, "last"): values[-1],
    }
    for (kind, how), value in expected.items():
        found = of_day(values, how, kind)
        assert found.time == MIDNIGHT
        assert found.value == pytest.approx(value, abs=1e-9), (kind, how)


@given(st.floats(0, 359), st.lists(st.floats(-80, 80), min_size=1, max_size=30))
def test_the_direction_of_a_day_lies_among_those_of_its_readings(middle: float, around: list[float]) -> None:
    found = of_day([(middle + one) % 360 for one in around], "mean", Aggregate.CIRCULAR_MEAN).value
    away = (found - middle + 180) % 360 - 180
    assert 0 <= found < 360
    assert min(around) - 1e-6 <= away <= max(around) + 1e-6


def test_the_state_of_a_day_is_the_one_held_longest() -> None:
    assert of_day([0.0] * 10 + [1.0] * 14, "longest", Aggregate.DURATION).value == 1.0
    assert of_day([0.0] * 14 + [1.0] * 10, "longest", Aggregate.DURATION).value == 0.0


def test_an_hour_in_which_a_device_was_moved_has_one_value() -> None:
    quantity = REGISTRY.quantities[SURFACE]
    points: dict[str, list[Point]] = {
        SURFACE: [Point(MIDNIGHT, 10.0), Point(MIDNIGHT, 20.0)],
        f"{SURFACE}_count": [Point(MIDNIGHT, 1.0), Point(MIDNIGHT, 3.0)],
    }
    assert joined(quantity, "mean", lambda field: points[field], lambda time: time) == [Point(MIDNIGHT, 17.5)]


def test_every_way_to_aggregate_has_its_own_and_keeps_it() -> None:
    for kind in Aggregate:
        assert OWN[kind] in KEPT[kind]


def test_raw_values_are_read_no_further_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "POINTS", 10)
    store, starts = store_of(days_of(days=20)), list[int]()

    def points(*given: Any) -> Sequence[Point]:
        starts.append(given[2])
        return store.points(*given)

    with Served(api(points=points)) as served:
        served.get(path_of(**{"from": iso(NOW - 20 * DAY)}))
    assert starts == [NOW - 20 * DAY]
