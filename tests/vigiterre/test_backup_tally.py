"""Readings are exported, counted and brought back as they are, whatever the store and the windows."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Reading, Series
from devices.schema import HOUR_MS, RAW, ROLLUP
from stores.line_protocol import encode
from stores.memory import MemoryStore
from stores.port import Rollup
from stores.sqlite import SqliteStore
from stores.storable import TIME_LIMIT, fault
from vigiterre.backup.lines import PART_BYTES, decode, parts_of
from vigiterre.backup.problems import BackupError
from vigiterre.backup.refilling import Refilling, decoded, rollups_of
from vigiterre.backup.taking import tally_all
from vigiterre.backup.tally import Tally, compare
from vigiterre.backup.windows import FEW, LONGEST_MS, MANY, SHORTEST_MS, next_length, quantities_of, readings_between

NOON = 1_795_435_200_000
FOREVER = {RAW: -TIME_LIMIT, ROLLUP: -TIME_LIMIT}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\\", exclude_categories=["Cc", "Cs"]), max_size=12)
NAME = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
VALUES = st.dictionaries(NAME, st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4)
SERIES = st.builds(Series, st.sampled_from(["road", "building"]), TEXT.filter(bool), TEXT, TEXT, TEXT)
READINGS = st.builds(Reading, SERIES, st.integers(1 - TIME_LIMIT, TIME_LIMIT - 1), VALUES)


@given(READINGS)
@settings(deadline=None)
def test_what_a_store_may_hold_comes_back_from_its_line(reading: Reading) -> None:
    if not fault(reading):
        assert decode(encode(reading)) == reading


@given(st.binary(max_size=60))
def test_no_line_does_anything_but_decode_or_be_refused(line: bytes) -> None:
    with suppress(BackupError):
        list(decoded("store/autogen/00000001.lp", line))


@pytest.mark.parametrize(
    "line", [b"a,device=x co2=1 1 2", b"a,town=x co2=1 1", b"a co2=one 1", b"a co2=1 now", b"\xff 1 1"]
)
def test_lines_of_others_are_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        decode(line)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**9), st.floats(-1e9, 1e9)), max_size=40), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_sum_of_a_series_is_the_same_for_every_window(points: list[tuple[int, int, float]], order: Random) -> None:
    readings = [
        Reading(Series("road", f"d{n}", "m", "s", "c"), NOON + time, {"x": x, "y": -0.0}) for n, time, x in points
    ]
    order.shuffle(readings)
    whole, windowed = MemoryStore(), Tally()
    whole.write(readings)
    at_once = Tally()
    at_once.add(RAW, whole.readings(0, 10**15))
    windowed.add(RAW, readings_between(whole, RAW, 0, 10**15))
    assert windowed.entries() == at_once.entries()


def test_a_lost_a_changed_and_a_moved_value_are_found() -> None:
    one = Series("road", "d", "m", "s", "c")
    readings = [Reading(one, NOON + n, {"co2": 1.0 * n}) for n in range(5)]
    kept = tallied(readings)
    assert compare(kept, tallied(readings))[0].equal
    changed = [*readings[:2], readings[2]._replace(values={"co2": 2.0000001}), *readings[3:]]
    moved = [*readings[:4], readings[4]._replace(time=NOON + 9)]
    renamed = [*readings[:4], readings[4]._replace(values={"co3": 4.0})]
    for other in (readings[:4], changed, moved, renamed, []):
        [compared] = compare(kept, tallied(other))
        assert not compared.equal
    [*_, elsewhere] = compare(kept, tallied([*readings, Reading(one._replace(site="t"), NOON, {"co2": 1.0})]))
    assert (elsewhere.kept, elsewhere.equal) == (None, False)


def tallied(readings: list[Reading]) -> list:  # type: ignore[type-arg]
    tally = Tally()
    tally.add(RAW, readings)
    return tally.entries()


class Asked(MemoryStore):
    """Remembers how long the windows were."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def readings(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        self.lengths.append(end - start)
        return super().readings(start, end, devices)


def test_years_of_nothing_cost_few_questions() -> None:
    store, series = Asked(), Series("road", "d", "m", "s", "c")
    store.write([Reading(series, 0, {"x": 1.0}), Reading(series, NOON, {"x": 2.0})])
    assert len(list(readings_between(store, RAW, -TIME_LIMIT, TIME_LIMIT))) == 2
    assert len(store.lengths) < 10


def test_windows_grow_to_their_bound_and_no_further() -> None:
    store, series = Asked(), Series("road", "d", "m", "s", "c")
    store.write([Reading(series, NOON + n * HOUR_MS // 2, {"x": 1.0}) for n in range(1_000)])
    assert len(list(readings_between(store, RAW, NOON, NOON + 600 * HOUR_MS))) == 1_000
    assert max(store.lengths) == LONGEST_MS[RAW]


def test_a_window_shrinks_where_much_was_measured() -> None:
    assert next_length(HOUR_MS, MANY + 1, RAW) == HOUR_MS // 2
    assert next_length(SHORTEST_MS, MANY + 1, RAW) == SHORTEST_MS
    assert next_length(HOUR_MS, FEW, RAW) == HOUR_MS


def test_files_of_lines_are_of_bounded_size_and_none_is_empty() -> None:
    series = Series("road", "d", "m", "s", "c")
    parts = list(parts_of(Reading(series, n, {"x": 1.0}) for n in range(200_000)))
    assert len(parts) > 1
    assert all(0 < len(part) < PART_BYTES + 1_000 for part in parts)
    assert not list(parts_of([]))


def test_fields_of_an_hour_go_back_to_their_quantities() -> None:
    fields = [
        "co2",
        "co2_min",
        "co2_max",
        "co2_count",
        "vehicle_count",
        "vehicle_count_count",
        "leak",
        "leak_duration_1",
    ]
    assert quantities_of(fields) == {
        "co2": ["co2", "co2_count", "co2_max", "co2_min"],
        "vehicle_count": ["vehicle_count", "vehicle_count_count"],
        "leak": ["leak", "leak_duration_1"],
    }


def test_exported_readings_go_into_any_store_and_are_equal(tmp_path: Path) -> None:
    series = Series("building", "co2-01", "em300", "école, du = centre", "03190")
    first = MemoryStore()
    first.write([Reading(series, NOON + n * 60_000, {"co2": 400 + n / 3, "leak": 1.0}) for n in range(2_000)])
    hour = {"co2": 1.0, "co2_min": 1 / 3, "co2_max": 2.0, "co2_count": 6.0}
    first.write_rollups([Rollup(series, "co2", NOON + n * HOUR_MS, hour) for n in range(30)])
    first.write_rollups([Rollup(series, "leak", NOON, {"leak": 1.0, "leak_duration_1": 3600.0})])
    second = SqliteStore(tmp_path / "second.sqlite")
    second.ensure_schema()
    refilling = Refilling(second, FOREVER)
    for policy in (RAW, ROLLUP):
        for part in parts_of(readings_between(first, policy, 0, TIME_LIMIT)):
            refilling.add(policy, "part", part)
    before, after = Tally(), Tally()
    tally_all(first, before)
    tally_all(second, after)
    second.close()
    assert all(one.equal for one in compare(before.entries(), after.entries()))
    assert len(before.entries()) == 2
    assert refilling.refused == 0


def test_what_a_store_will_never_take_is_counted() -> None:
    refilling = Refilling(MemoryStore(), FOREVER)
    refilling.add(RAW, "part", b"road,device=d co2=nan 1\nroad,device=d co2=1.0 1")
    assert refilling.refused == 1
    assert [one.quantity for one in rollups_of(Reading(Series("road", "d", "", "", ""), 1, {"a": 1.0}))] == ["a"]
