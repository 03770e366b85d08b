"""Roll-ups through each store: figures, late data, crashes, long stops."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from devices.errors import StoreRefused, StoreUnavailable
from devices.quantity import Aggregate, Kind, Quantity
from devices.reading import Reading, Series
from devices.schema import HOUR_MS, ROLLUP
from servers import Influxd
from stores.memory import MemoryStore
from stores.open import open_store
from stores.port import Point, Rollup, Store
from stores.roller import GRACE_MS, HOURS_PER_RUN, Rolled, Roller, complete_until

NOON = 1_795_435_200_000
DAY_MS = 24 * HOUR_MS
NOISE = Series("environment", "sono-3", "m", "place-allier", "03310")
WIND = Series("environment", "meteo-1", "m", "aerodrome", "03310")


def quantity(name: str, how: Aggregate) -> Quantity:
    return Quantity(name, {"fr": name, "en": name}, "1", -1e9, 1e9, Kind.GAUGE, how, {}, "test")


CATALOGUE = {
    "laeq": quantity("laeq", Aggregate.ENERGY_MEAN),
    "wind_direction": quantity("wind_direction", Aggregate.CIRCULAR_MEAN),
    "co2": quantity("co2", Aggregate.MEAN),
}


@pytest.fixture(params=["memory", "sqlite", "influx"])
def store(request: pytest.FixtureRequest, tmp_path: Path, unique: str) -> Iterator[Store]:
    match request.param:
        case "memory":
            store = open_store("memory:", None)
        case "sqlite":
            store = open_store(f"sqlite:///{tmp_path}/store.db", None)
        case _:
            influxd: Influxd = request.getfixturevalue("influxd")
            store = open_store(influxd.url(unique), None, raw_days=0, rollup_days=0)
    store.ensure_schema()
    yield store
    store.close()


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Roller]]:
    """Opens a Roller on the same state file again and again."""
    rollers: list[Roller] = []

    def roller(store: Store, now: int = NOON, retention: int = 0) -> Roller:
        rollers.append(Roller(store, tmp_path / "state" / "rollups.db", CATALOGUE, retention, now))
        return rollers[-1]

    yield roller
    for each in rollers:
        each.close()


def ingest(store: Store, roller: Roller, readings: Sequence[Reading]) -> None:
    store.write(readings)
    roller.touch(readings)


def hourly(store: Store, device: str, field: str) -> list[Point]:
    return store.points(device, field, 0, NOON * 2, ROLLUP)


def co2(time: int, value: float, device: str = "co2-01") -> Reading:
    return Reading(Series("building", device, "m", "ecole", "03190"), time, {"co2": value})


def test_a_night_of_noise_is_the_mean_of_its_energy(store: Store, make: Callable[..., Roller]) -> None:
    """One lorry of 80 dB a minute in a night of 40 dB: 62.2 dB, where the plain mean would say 40.7."""
    roller = make(store)
    night = [
        Reading(NOISE, NOON + hour * HOUR_MS + minute * 60_000, {"laeq": 80.0 if minute == 30 else 40.0})
        for hour in range(8)
        for minute in range(60)
    ]
    ingest(store, roller, night)
    assert roller.run(NOON + 9 * HOUR_MS) == Rolled(8, 8, remaining=False)
    expected = 10 * math.log10((10**8 + 59 * 10**4) / 60)
    values = hourly(store, "sono-3", "laeq")
    assert [point.time for point in values] == [NOON + hour * HOUR_MS for hour in range(8)]
    assert [point.value for point in values] == [pytest.approx(expected)] * 8
    assert expected == pytest.approx(62.24, abs=0.01)
    assert {point.value for point in hourly(store, "sono-3", "laeq_max")} == {80.0}
    assert {point.value for point in hourly(store, "sono-3", "laeq_count")} == {60.0}


def test_wind_across_north_stays_north(store: Store, make: Callable[..., Roller]) -> None:
    roller = make(store)
    ingest(
        store,
        roller,
        [Reading(WIND, NOON + n * 60_000, {"wind_direction": (350.0 + n) % 360}) for n in range(21)],
    )
    roller.run(NOON + HOUR_MS + GRACE_MS)
    [mean] = hourly(store, "meteo-1", "wind_direction")
    assert min(mean.value, 360 - mean.value) < 1e-9
    assert [point.value for point in hourly(store, "meteo-1", "wind_direction_min")] == [0.0]
    assert [point.value for point in hourly(store, "meteo-1", "wind_direction_max")] == [359.0]


def test_a_quantity_that_left_the_catalogue_is_said_once_and_counted_and_its_neighbours_are_rolled_up(
    store: Store, make: Callable[..., Roller]
) -> None:
    roller = make(store)
    series = Series("building", "co2-01", "m", "ecole", "03190")
    both = [Reading(series, NOON + n * 20 * 60_000, {"co2": 400.0, "radon": 80.0}) for n in range(6)]
    ingest(store, roller, both)
    with capture_logs() as logs:
        roller.run(NOON + 3 * HOUR_MS)
    said = [entry for entry in logs if entry["event"] == "rollup_of_unknown_quantity"]
    assert [(entry["quantity"], entry["device"], entry["log_level"]) for entry in said] == [
        ("radon", "co2-01", "warning")
    ]
    assert "quantities.toml" in said[0]["remedy"]
    assert roller.unrolled == 6
    assert len(hourly(store, "co2-01", "co2")) == 2
    assert hourly(store, "co2-01", "radon") == []
    assert len(store.points("co2-01", "radon", NOON, NOON + 2 * HOUR_MS)) == 6


def test_late_data_computes_its_hour_again(store: Store, make: Callable[..., Roller]) -> None:
    roller = make(store)
    ingest(store, roller, [co2(NOON, 400.0), co2(NOON + 1, 400.0, "other")])
    roller.run(NOON + 2 * HOUR_MS)
    ingest(store, roller, [co2(NOON + 60_000, 800.0)])
    assert roller.run(NOON + 2 * HOUR_MS) == Rolled(1, 1, remaining=False)
    assert hourly(store, "co2-01", "co2") == [Point(NOON, 600.0)]
    assert hourly(store, "co2-01", "co2_count") == [Point(NOON, 2.0)]
    assert hourly(store, "other", "co2") == [Point(NOON, 400.0)]


def test_an_hour_waits_for_its_end_and_its_stragglers(memory: MemoryStore, make: Callable[..., Roller]) -> None:
    roller = make(memory)
    ingest(memory, roller, [co2(NOON, 400.0)])
    assert roller.run(NOON + HOUR_MS + GRACE_MS - 1) == Rolled(0, 0, remaining=False)
    assert roller.run(NOON + HOUR_MS + GRACE_MS) == Rolled(1, 1, remaining=False)


def test_what_is_older_than_the_first_start_comes_in_by_being_touched(
    memory: MemoryStore, make: Callable[..., Roller]
) -> None:
    roller = make(memory)
    ingest(memory, roller, [co2(NOON - DAY_MS + 5, 500.0)])
    assert roller.run(NOON) == Rolled(1, 1, remaining=False)
    assert hourly(memory, "co2-01", "co2") == [Point(NOON - DAY_MS, 500.0)]


def test_a_touch_outlives_a_crash(memory: MemoryStore, make: Callable[..., Roller]) -> None:
    ingest(memory, make(memory), [co2(NOON - DAY_MS, 500.0)])
    assert make(memory, now=NOON + 5).run(NOON + 5) == Rolled(1, 1, remaining=False)


def test_a_long_stop_is_caught_up_in_bounded_runs(memory: MemoryStore, make: Callable[..., Roller]) -> None:
    ingest(memory, make(memory), [co2(NOON + hour * HOUR_MS, float(hour)) for hour in range(100)])
    roller = make(memory, now=NOON + 101 * HOUR_MS)
    runs = [roller.run(NOON + 101 * HOUR_MS)]
    while runs[-1].remaining:
        runs.append(roller.run(NOON + 101 * HOUR_MS))
    assert all(run.hours <= HOURS_PER_RUN for run in runs)
    assert [point.value for point in hourly(memory, "co2-01", "co2")] == [float(hour) for hour in range(100)]


def test_an_hour_partly_beyond_raw_retention_is_never_computed(
    memory: MemoryStore, make: Callable[..., Roller]
) -> None:
    whole, partly = NOON - 2 * DAY_MS + 2 * HOUR_MS, NOON - 2 * DAY_MS
    memory.write_rollups([Rollup(co2(0, 0.0).series, "co2", partly, {"co2": 7.0})])
    roller = make(memory, retention=2 * DAY_MS)
    ingest(memory, roller, [co2(partly + 59 * 60_000, 900.0), co2(whole, 500.0)])
    roller.run(NOON + 60_000)
    assert hourly(memory, "co2-01", "co2") == [Point(partly, 7.0), Point(whole, 500.0)]
    assert roller.run(NOON + 60_000) == Rolled(0, 0, remaining=False)


def test_after_a_stop_beyond_raw_retention_only_whole_hours_are_computed(
    memory: MemoryStore, make: Callable[..., Roller]
) -> None:
    ingest(memory, make(memory, retention=DAY_MS), [co2(NOON + n * HOUR_MS, 400.0) for n in range(72)])
    now = NOON + 72 * HOUR_MS + 600_000
    roller = make(memory, now=now, retention=DAY_MS)
    while roller.run(now).remaining:
        pass
    times = [point.time for point in hourly(memory, "co2-01", "co2")]
    assert times == [NOON + n * HOUR_MS for n in range(50, 72)]
    assert times[0] >= now - DAY_MS + HOUR_MS


class Interrupted(MemoryStore):
    """A MemoryStore during which something happens: while reading, or instead of writing roll-ups."""

    def __init__(self) -> None:
        super().__init__()
        self.while_reading: Callable[[], None] = lambda: None
        self.instead_of_writing: Callable[[], None] = lambda: None

    def readings(self, start: int, end: int, devices: object = None) -> Iterator[Reading]:
        found = list(super().readings(start, end, devices))  # type: ignore[arg-type]
        happen, self.while_reading = self.while_reading, lambda: None
        happen()
        return iter(found)

    def write_rollups(self, rollups: Sequence[Rollup]) -> None:
        happen, self.instead_of_writing = self.instead_of_writing, lambda: None
        happen()
        super().write_rollups(rollups)


def test_a_reading_stored_while_its_hour_is_computed_is_not_forgotten(make: Callable[..., Roller]) -> None:
    store = Interrupted()
    roller = make(store)
    ingest(store, roller, [co2(NOON, 400.0)])
    store.while_reading = lambda: ingest(store, roller, [co2(NOON + 1, 800.0)])
    roller.run(NOON + 2 * HOUR_MS)
    assert hourly(store, "co2-01", "co2") == [Point(NOON, 600.0)]


def test_a_touch_that_comes_while_its_hour_is_computed_again_stays(make: Callable[..., Roller]) -> None:
    store = Interrupted()
    roller = make(store)
    ingest(store, roller, [co2(NOON - DAY_MS, 400.0)])
    store.while_reading = lambda: ingest(store, roller, [co2(NOON - DAY_MS + 1, 800.0)])
    assert roller.run(NOON) == Rolled(1, 1, remaining=True)
    roller.run(NOON)
    assert hourly(store, "co2-01", "co2") == [Point(NOON - DAY_MS, 600.0)]


def test_a_store_that_fails_midway_gets_the_work_again(make: Callable[..., Roller]) -> None:
    def fail() -> None:
        raise StoreUnavailable("stopped")

    store = Interrupted()
    roller = make(store)
    ingest(store, roller, [co2(NOON, 400.0), co2(NOON - DAY_MS, 300.0)])
    for _ in range(2):
        store.instead_of_writing = fail
        with pytest.raises(StoreUnavailable):
            roller.run(NOON + 2 * HOUR_MS)
    again = make(store, now=NOON + 2 * HOUR_MS)
    again.run(NOON + 2 * HOUR_MS)
    assert hourly(store, "co2-01", "co2") == [Point(NOON - DAY_MS, 300.0), Point(NOON, 400.0)]


def test_a_refused_rollup_does_not_stop_the_others_for_ever(make: Callable[..., Roller]) -> None:
    def refuse() -> None:
        raise StoreRefused([(co2(NOON, 1.0), "max-values-per-tag limit exceeded")])

    store = Interrupted()
    roller = make(store)
    ingest(store, roller, [co2(NOON + n * HOUR_MS, 400.0) for n in range(3)])
    store.instead_of_writing = refuse
    roller.run(NOON + 4 * HOUR_MS)
    assert [point.time for point in hourly(store, "co2-01", "co2")] == [NOON + HOUR_MS, NOON + 2 * HOUR_MS]


READINGS = st.lists(
    st.tuples(st.integers(-5 * HOUR_MS, 5 * HOUR_MS), st.floats(0, 1000), st.sampled_from(["a", "b"])), max_size=30
)


@given(batches=st.lists(READINGS, max_size=6), times=st.lists(st.integers(0, 8 * HOUR_MS), min_size=6, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whenever_it_runs_the_rollups_are_those_of_what_is_stored(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, float, str]]], times: list[int]
) -> None:
    """Any order of arrival, any moments of running, any restarts between: the same as computing it all at the end."""
    store, state = MemoryStore(), tmp_path_factory.mktemp("roller") / "rollups.db"
    for batch, offset in zip(batches, sorted(times), strict=False):
        roller = Roller(store, state, CATALOGUE, 0, NOON)
        ingest(store, roller, [co2(NOON + time, value, device) for time, value, device in batch])
        roller.run(NOON + offset)
        roller.close()
    roller = Roller(store, state, CATALOGUE, 0, NOON)
    end = NOON + 9 * HOUR_MS
    while roller.run(end).remaining:
        pass
    roller.close()
    for device in ("a", "b"):
        expected: dict[int, list[float]] = {}
        for point in store.points(device, "co2", 0, end):
            expected.setdefault(point.time - point.time % HOUR_MS, []).append(point.value)
        assert hourly(store, device, "co2_count") == [
            Point(hour, float(len(v))) for hour, v in sorted(expected.items())
        ]
        assert hourly(store, device, "co2_max") == [Point(hour, max(v)) for hour, v in sorted(expected.items())]


def test_complete_hours_end_before_the_grace() -> None:
    assert complete_until(NOON + GRACE_MS - 1) == NOON - HOUR_MS
    assert complete_until(NOON + GRACE_MS) == NOON
