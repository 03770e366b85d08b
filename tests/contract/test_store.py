"""What every store does, whichever it is."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.errors import StoreRefused
from devices.mark import Mark
from devices.reading import Reading, Series
from devices.schema import HOUR_MS, MARK_TAGS, ROLLUP
from stores.port import Hour, Latest, Point, Rollup, Store

NOON = 1_795_435_200_000
"""2026-11-23T12:00:00Z"""
SCHOOL = Series("building", "co2-01", "em300", "ecole-jean-moulin", "03190")
HALL = Series("building", "co2-01", "em300", "salle-des-fetes", "2A004")
BRIDGE = Series("road", "level-7", "ldds75", "pont-regemortes", "03190")
FOREVER = (-(10**18), 10**18)
SHARED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Examples share one store; each writes under a device of its own."""


def bits(value: float) -> bytes:
    return struct.pack(">d", value)


def everything(store: Store, *devices: str) -> list[Reading]:
    return sorted(store.readings(*FOREVER, devices or None))


def test_p23_values_come_back_to_the_last_bit(store: Store) -> None:
    values = {"a": 0.1, "b": 1e22, "c": 5e-324, "d": 1.7976931348623157e308, "e": -273.15, "f": 1 / 3, "g": 612.0}
    store.write([Reading(SCHOOL, NOON, values)])
    [reading] = everything(store)
    assert {name: bits(value) for name, value in reading.values.items()} == {n: bits(v) for n, v in values.items()}
    assert reading.series == SCHOOL
    assert reading.time == NOON


def test_writing_again_changes_nothing(store: Store) -> None:
    batch = [Reading(SCHOOL, NOON, {"co2": 612.0}), Reading(SCHOOL, NOON + 1, {"co2": 613.0})]
    for _ in range(3):
        store.write(batch)
    assert everything(store) == batch


def test_another_value_at_the_same_time_replaces(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0})])
    store.write([Reading(SCHOOL, NOON, {"co2": 580.5})])
    assert store.points("co2-01", "co2", NOON, NOON + 1) == [Point(NOON, 580.5)]
    assert store.latest() == [Latest(SCHOOL, "co2", NOON, 580.5)]


def test_the_last_of_a_batch_wins(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 1.0}), Reading(SCHOOL, NOON, {"co2": 2.0})])
    assert store.points("co2-01", "co2", *FOREVER) == [Point(NOON, 2.0)]


def test_a_batch_in_any_order_leaves_its_newest_as_the_latest(store: Store) -> None:
    times = [NOON + 3, NOON, NOON + 7, NOON + 7, NOON + 1]
    store.write([Reading(SCHOOL, time, {"co2": float(number)}) for number, time in enumerate(times)])
    assert store.latest() == [Latest(SCHOOL, "co2", NOON + 7, 3.0)]
    assert [point.value for point in store.points("co2-01", "co2", *FOREVER)] == [1.0, 4.0, 0.0, 3.0]


def test_another_quantity_at_the_same_time_stands_beside(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0})])
    store.write([Reading(SCHOOL, NOON, {"air_temperature": 21.4})])
    assert everything(store) == [Reading(SCHOOL, NOON, {"co2": 612.0, "air_temperature": 21.4})]


def test_p09_late_data_is_stored_and_never_the_latest(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0})])
    store.write([Reading(SCHOOL, NOON - HOUR_MS, {"co2": 400.0, "air_temperature": 19.0})])
    assert sorted(store.latest()) == [
        Latest(SCHOOL, "air_temperature", NOON - HOUR_MS, 19.0),
        Latest(SCHOOL, "co2", NOON, 612.0),
    ]
    assert [point.value for point in store.points("co2-01", "co2", *FOREVER)] == [400.0, 612.0]


def test_a_moved_device_has_one_latest_and_all_its_points(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0}), Reading(HALL, NOON + 60_000, {"co2": 700.0})])
    store.write([Reading(SCHOOL, NOON - 60_000, {"co2": 500.0})])
    assert store.latest() == [Latest(HALL, "co2", NOON + 60_000, 700.0)]
    assert store.points("co2-01", "co2", *FOREVER) == [
        Point(NOON - 60_000, 500.0),
        Point(NOON, 612.0),
        Point(NOON + 60_000, 700.0),
    ]


def test_ranges_include_their_start_and_exclude_their_end(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON + step, {"co2": float(step)}) for step in range(4)])
    assert [point.time for point in store.points("co2-01", "co2", NOON + 1, NOON + 3)] == [NOON + 1, NOON + 2]
    assert [reading.time for reading in store.readings(NOON + 1, NOON + 3)] == [NOON + 1, NOON + 2]


def test_readings_come_grouped_by_series_in_order_of_time(store: Store) -> None:
    batch = [Reading(series, NOON + step, {"x": 1.0}) for step in (3, 1, 2) for series in (SCHOOL, BRIDGE, HALL)]
    store.write(batch)
    found = list(store.readings(*FOREVER))
    runs = [reading.series for index, reading in enumerate(found) if not index or found[index - 1][0] != reading.series]
    assert sorted(runs) == sorted({SCHOOL, BRIDGE, HALL})
    for series in runs:
        assert [reading.time for reading in found if reading.series == series] == [NOON + 1, NOON + 2, NOON + 3]


def test_devices_can_be_chosen(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0}), Reading(BRIDGE, NOON, {"water_level": 1.2})])
    assert everything(store, "level-7") == [Reading(BRIDGE, NOON, {"water_level": 1.2})]
    assert store.latest(["level-7"]) == [Latest(BRIDGE, "water_level", NOON, 1.2)]
    assert store.latest(["nobody"]) == []
    assert store.latest([]) == []
    assert list(store.readings(*FOREVER, [])) == []
    assert store.points("nobody", "co2", *FOREVER) == []


def test_rollups_are_read_by_field_and_leave_raw_data_alone(store: Store) -> None:
    fields = {"co2": 612.0, "co2_min": 400.0, "co2_max": 900.0, "co2_count": 6.0}
    store.write_rollups([Rollup(SCHOOL, "co2", NOON, fields)])
    for field, value in fields.items():
        assert store.points("co2-01", field, NOON, NOON + 1, ROLLUP) == [Point(NOON, value)]
    assert store.points("co2-01", "co2", *FOREVER) == []
    assert everything(store) == []
    assert store.latest() == []


def test_rollups_replace_those_of_their_hour(store: Store) -> None:
    first = {"leak": 0.0, "leak_count": 4.0, "leak_duration_0": 3600.0, "leak_duration_1": 0.0}
    second = {"leak": 1.0, "leak_count": 5.0, "leak_duration_0": 600.0, "leak_duration_1": 3000.0}
    other = {"co2": 500.0, "co2_count": 1.0}
    store.write_rollups([Rollup(SCHOOL, "leak", NOON, first), Rollup(SCHOOL, "co2", NOON, other)])
    store.write_rollups([Rollup(SCHOOL, "leak", NOON, second)])
    for field, value in {**second, **other}.items():
        assert store.points("co2-01", field, *FOREVER, ROLLUP) == [Point(NOON, value)]


def test_a_quantity_may_be_called_like_a_companion(store: Store) -> None:
    """`vehicle_count` is a sum of vehicles; `vehicle_count_count` says of how many readings."""
    fields = {"vehicle_count": 120.0, "vehicle_count_min": 3.0, "vehicle_count_max": 40.0, "vehicle_count_count": 6.0}
    store.write([Reading(BRIDGE, NOON, {"vehicle_count": 40.0})])
    store.write_rollups([Rollup(BRIDGE, "vehicle_count", NOON, {**fields, "vehicle_count": 1.0})])
    store.write_rollups([Rollup(BRIDGE, "vehicle_count", NOON, fields)])
    for field, value in fields.items():
        assert store.points("level-7", field, *FOREVER, ROLLUP) == [Point(NOON, value)]
    assert store.latest() == [Latest(BRIDGE, "vehicle_count", NOON, 40.0)]


def test_hours_come_with_their_extremes_and_run_across_placements(store: Store) -> None:
    fields = {"co2": 612.0, "co2_min": 400.0, "co2_max": 900.0, "co2_count": 6.0}
    store.write_rollups([Rollup(HALL, "co2", NOON + HOUR_MS, {"co2": 2.0, "co2_max": 3.0})])
    store.write_rollups(
        [Rollup(SCHOOL, "co2", NOON, fields), Rollup(SCHOOL, "co2", NOON - HOUR_MS, {"co2_count": 0.0})]
    )
    assert store.hours("co2-01", "co2", *FOREVER) == [
        Hour(NOON, 612.0, 400.0, 900.0),
        Hour(NOON + HOUR_MS, 2.0, 2.0, 3.0),
    ]
    assert store.hours("co2-01", "co2", NOON + 1, NOON + HOUR_MS) == []


def test_rollups_run_across_placements(store: Store) -> None:
    store.write_rollups([Rollup(HALL, "co2", NOON + HOUR_MS, {"co2": 2.0}), Rollup(SCHOOL, "co2", NOON, {"co2": 1.0})])
    assert store.points("co2-01", "co2", *FOREVER, ROLLUP) == [Point(NOON, 1.0), Point(NOON + HOUR_MS, 2.0)]


def test_an_empty_write_is_a_write(store: Store) -> None:
    store.write([])
    store.write_rollups([])
    assert everything(store) == []
    assert store.latest() == []


def test_ten_thousand_readings_go_in_at_once(store: Store) -> None:
    batch = [
        Reading(
            Series("environment", f"d{n % 1000:04}", "m", f"s{n % 7}", "03310"), NOON + n, {"x": float(n), "y": -n / 7}
        )
        for n in range(10_000)
    ]
    store.write(batch)
    assert everything(store) == sorted(batch)
    assert len(store.latest()) == 2000


def test_what_no_store_can_hold_is_refused_and_its_neighbours_are_stored(store: Store) -> None:
    good = [Reading(SCHOOL, NOON + step, {"co2": 612.0}) for step in range(3)]
    bad = [
        Reading(SCHOOL, NOON, {"co2": float("nan")}),
        Reading(SCHOOL, NOON, {"co2": float("inf")}),
        Reading(SCHOOL, NOON, {"co2": 10**400}),
        Reading(SCHOOL, NOON, {}),
        Reading(SCHOOL, NOON, {"co2 ppm": 1.0}),
        Reading(SCHOOL, 2**63, {"co2": 1.0}),
        Reading(SCHOOL._replace(site="a\nroad,device=x co2=1"), NOON, {"co2": 1.0}),
        Reading(SCHOOL._replace(site="trailing\\"), NOON, {"co2": 1.0}),
        Reading(SCHOOL._replace(device=""), NOON, {"co2": 1.0}),
        Reading(SCHOOL._replace(site="\ud800"), NOON, {"co2": 1.0}),
    ]
    with pytest.raises(StoreRefused) as refusal:
        store.write([good[0], *bad[:5], good[1], *bad[5:], good[2]])
    assert [reading for reading, _ in refusal.value.refused] == bad
    assert all(why for _, why in refusal.value.refused)
    assert everything(store) == good


@pytest.mark.parametrize(
    "text",
    [
        "École n° 3, bât. B = annexe",
        "a,b",
        "a b",
        "a=b",
        "'; DROP DATABASE x --",
        '"',
        "",
        "日本 🚧",
        "  ",
        ",=",
        "#",
        "a/b",
    ],
)
def test_awkward_text_in_tags_comes_back(store: Store, text: str) -> None:
    series = SCHOOL._replace(site=text, model=text)
    store.write([Reading(series, NOON, {"co2": 612.0})])
    assert [reading.series for reading in everything(store)] == [series]
    assert [each.series for each in store.latest()] == [series]


def test_a_device_name_cannot_escape_its_query(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0})])
    for device in ("x' OR 'a'='a", "x' OR device =~ /.*/ --", 'x"', "x\\' OR 1=1", "x; DROP MEASUREMENT building"):
        assert store.points(device, "co2", *FOREVER) == []
        assert list(store.readings(*FOREVER, [device])) == []
    assert store.points("co2-01", 'co2" FROM building --', *FOREVER) == []
    assert everything(store) == [Reading(SCHOOL, NOON, {"co2": 612.0})]


def test_what_was_written_is_there_after_closing(opened: Callable[[], Store]) -> None:
    store = opened()
    store.ensure_schema()
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0})])
    store.write_rollups([Rollup(SCHOOL, "co2", NOON, {"co2": 612.0, "co2_max": 700.0})])
    store.close()
    again = opened()
    again.ensure_schema()
    assert everything(again) == [Reading(SCHOOL, NOON, {"co2": 612.0})]
    assert again.latest() == [Latest(SCHOOL, "co2", NOON, 612.0)]
    assert again.points("co2-01", "co2_max", *FOREVER, ROLLUP) == [Point(NOON, 700.0)]


def test_ensure_schema_twice_keeps_what_is_there(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"co2": 612.0})])
    store.ensure_schema()
    assert everything(store) == [Reading(SCHOOL, NOON, {"co2": 612.0})]


@SHARED
@given(
    value=st.one_of(
        st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**64), 2**64), st.booleans(), st.just(-0.0)
    ),
    other=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-9, 9)),
)
def test_p08_no_finite_number_is_ever_refused(store: Store, value: float, other: float) -> None:
    """An int after a float, or a bool, is where InfluxDB drops points."""
    store.write([Reading(SCHOOL, NOON, {"x": value, "y": other}), Reading(SCHOOL, NOON + 1, {"x": other, "y": value})])
    [first, second] = everything(store)
    assert first.values == {"x": float(value), "y": float(other)}
    assert second.values == {"x": float(other), "y": float(value)}


TAG_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\\"), max_size=40)


@SHARED
@given(site=TAG_TEXT, model=TAG_TEXT, time=st.integers(-(2**42), 2**42))
def test_any_tag_text_and_time_come_back(store: Store, site: str, model: str, time: int) -> None:
    reading = Reading(Series("road", "any", model, site, "03190"), time, {"x": 1.5})
    store.write([reading])
    assert reading in everything(store, "any")


MARK = Mark("alert", (("device", "co2-01"), ("rule", "smoke")), NOON + 1, {"smoke": 3.0, "level": 3.0})


def test_marks_are_taken_and_never_mistaken_for_readings(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"smoke": 0.0})])
    for measurement in MARK_TAGS:
        store.mark([MARK._replace(measurement=measurement)] * 2)
    store.mark([])
    assert everything(store) == [Reading(SCHOOL, NOON, {"smoke": 0.0})]
    assert store.latest() == [Latest(SCHOOL, "smoke", NOON, 0.0)]
    assert store.points("co2-01", "smoke", *FOREVER) == [Point(NOON, 0.0)]


def test_what_older_versions_wrote_of_alerts_is_no_reading(store: Store) -> None:
    store.write([Reading(SCHOOL, NOON, {"smoke": 0.0})])
    for domain in ("alert", "maintenance"):
        store.write([Reading(SCHOOL._replace(domain=domain), NOON + 1, {"smoke": 3.0, "active": 1.0})])
    assert everything(store) == [Reading(SCHOOL, NOON, {"smoke": 0.0})]
    assert store.latest() == [Latest(SCHOOL, "smoke", NOON, 0.0)]
    assert store.points("co2-01", "smoke", *FOREVER) == [Point(NOON, 0.0)]


@SHARED
@given(text=st.text(max_size=400))
def test_no_name_of_a_place_costs_a_mark(store: Store, text: str) -> None:
    store.mark([MARK._replace(tags=(("device", "co2-01"), ("label", text)))])


def test_a_store_that_keeps_marks_tells_those_it_can_never_hold(store: Store) -> None:
    bad = [
        MARK._replace(values={}),
        MARK._replace(values={"level": float("nan")}),
        MARK._replace(values={"Level": 1.0}),
        MARK._replace(time=2**63),
    ]
    if not store.keeps_marks:
        store.mark(bad)
        return
    with pytest.raises(StoreRefused) as refusal:
        store.mark([MARK, *bad])
    assert [(one.series.domain, one.series.device, one.values) for one, _ in refusal.value.refused] == [
        ("alert", "co2-01", one.values) for one in bad
    ]
