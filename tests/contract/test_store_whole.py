"""Roll-ups as they were written, where readings begin, and how they end."""

from devices.reading import Reading, Series
from devices.schema import HOUR_MS, ROLLUP
from stores.influx import InfluxStore
from stores.port import Rollup, Store

NOON = 1_795_435_200_000
SCHOOL = Series("building", "co2-01", "em300", "ecole-jean-moulin", "03190")
BRIDGE = Series("road", "level-7", "ldds75", "pont-regemortes", "03190")


def test_roll_ups_come_back_whole_grouped_by_series_and_in_order_of_time(store: Store) -> None:
    co2 = {"co2": 612.75, "co2_min": 1 / 3, "co2_max": 613.0, "co2_count": 2.0}
    leak = {"leak": 1.0, "leak_duration_0": 1800.0, "leak_duration_1": 1800.0}
    store.write_rollups([Rollup(SCHOOL, "co2", NOON + n * HOUR_MS, co2) for n in (1, 0)])
    store.write_rollups([Rollup(SCHOOL, "leak", NOON, leak), Rollup(BRIDGE, "level", NOON, {"level": 2.0})])
    whole = [
        Reading(SCHOOL, NOON, {**co2, **leak}),
        Reading(SCHOOL, NOON + HOUR_MS, co2),
        Reading(BRIDGE, NOON, {"level": 2.0}),
    ]
    assert sorted(store.rollups(0, NOON * 2)) == sorted(whole)
    times = [reading.time for reading in store.rollups(0, NOON * 2) if reading.series == SCHOOL]
    assert times == [NOON, NOON + HOUR_MS]
    assert list(store.rollups(NOON + 1, NOON + HOUR_MS + 1, ["co2-01"])) == [whole[1]]
    assert list(store.rollups(NOON, NOON + 1, ["level-7"])) == [whole[2]]
    assert list(store.readings(0, NOON * 2)) == []


def test_the_oldest_value_is_found_in_each_policy(store: Store) -> None:
    assert store.oldest(0) is store.oldest(0, ROLLUP) is None
    store.write([Reading(SCHOOL, NOON + 5, {"co2": 1.0}), Reading(BRIDGE, NOON + 3, {"level": 1.0})])
    store.write_rollups([Rollup(SCHOOL, "co2", NOON - HOUR_MS, {"co2": 1.0})])
    assert store.oldest(-(10**15)) == NOON + 3
    assert store.oldest(NOON + 3) == NOON + 3
    assert store.oldest(NOON + 4) == NOON + 5
    assert store.oldest(NOON + 6) is None
    assert store.oldest(0, ROLLUP) == NOON - HOUR_MS


def test_what_is_days_older_is_dropped_unless_the_server_does_it(store: Store) -> None:
    times = [NOON - days * 24 * HOUR_MS for days in (9, 6, 3, 0)]
    store.write([Reading(SCHOOL, time, {"co2": 1.0}) for time in times])
    store.write([Reading(BRIDGE, times[0], {"level": 1.0})])
    store.write_rollups([Rollup(SCHOOL, "co2", times[0], {"co2": 1.0})])
    store.expire(times[2] - HOUR_MS, 0)
    if isinstance(store, InfluxStore):  # its retention policies do it: tests/stores/test_influx_schema.py
        assert store.expire(times[2], times[2]) == 0
        return
    assert [reading.time for reading in store.readings(0, NOON * 2)] == times[2:]
    assert [one.series.device for one in store.latest()] == ["co2-01"]
    assert len(list(store.rollups(0, NOON * 2))) == 1
    store.expire(0, NOON)
    assert list(store.rollups(0, NOON * 2)) == []
    assert len(list(store.readings(0, NOON * 2))) == 2
