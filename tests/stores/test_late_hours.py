"""Several processes write, one rolls up: whatever comes between what, the roll-ups are those of all that is stored."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.quantity import Aggregate, Kind, Quantity
from devices.reading import Reading, Series
from devices.schema import HOUR_MS
from stores.late_hours import LateHours
from stores.memory import MemoryStore
from stores.roller import GRACE_MS, Roller, hour_of

NOON = 1_795_435_200_000
CATALOGUE = {"co2": Quantity("co2", {"fr": "x", "en": "x"}, "1", 0, 1e9, Kind.GAUGE, Aggregate.MEAN, {}, "test")}
SERIES = [Series("building", f"d{number}", "m", "s", "03310") for number in range(3)]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


class Interrupted(MemoryStore):
    """Something happens between what a roll-up has read and what it makes of it."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def readings(self, start: int, end: int, devices: Collection[str] | None = None) -> Iterator[Reading]:
        yield from list(super().readings(start, end, devices))
        self.meanwhile()


class Writer:
    """A worker, as far as its store is concerned."""

    def __init__(self, store: MemoryStore, folder: Path, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.late = LateHours(folder / "rollup.sqlite", clock)
        self.value = 0.0

    def write(self, device: int, age: int) -> None:
        self.value += 1
        batch = [Reading(SERIES[device], self.clock.now - age, {"co2": self.value})]
        self.store.write(batch)
        self.late.touch(batch)

    def tell(self, roller: Roller, *, lost: bool = False) -> None:
        """`lost`: the answer; the same is told again."""
        some = self.late.some(2)
        roller.touch_hours([(one.hour, one.device) for one in some])
        if not lost:
            self.late.clear(some)


def expected(store: MemoryStore) -> Counter[tuple[str, int]]:
    """How many values of which hour."""
    return Counter(
        (reading.series.device, hour_of(reading.time)) for reading in MemoryStore.readings(store, 0, NOON * 2)
    )


def rolled(store: MemoryStore) -> Counter[tuple[str, int]]:
    found = store.rollups(0, NOON * 2)
    return Counter({(one.series.device, one.time): int(one.values["co2_count"]) for one in found})


writing = st.tuples(st.just("write"), st.integers(0, 1), st.integers(0, 2), st.integers(0, 3 * HOUR_MS))
step = st.one_of(
    writing,
    st.tuples(st.just("tell"), st.integers(0, 1), st.booleans()),
    st.tuples(st.just("wait"), st.integers(0, HOUR_MS)),
    st.tuples(st.just("roll"), st.lists(writing, max_size=3)),
)


class Process:
    """Two writers and who rolls up, on one store."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.store = Clock(), Interrupted()
        self.writers = [Writer(self.store, folder / name, self.clock) for name in ("a", "b")]
        self.roller = Roller(self.store, folder / "rollup.sqlite", CATALOGUE, 0, self.clock.now)

    def write(self, writer: int, device: int, age: int) -> None:
        self.writers[writer].write(device, age)

    def tell(self, writer: int, lost: bool) -> None:
        self.writers[writer].tell(self.roller, lost=lost)

    def wait(self, ms: int) -> None:
        self.clock.now += ms

    def roll(self, meanwhile: list[tuple[str, int, int, int]]) -> None:
        """And what is written while it is at it, if it is."""
        waiting = list(meanwhile)

        def write() -> None:
            while waiting:
                self.write(*waiting.pop()[1:])

        self.store.meanwhile = write
        self.roller.run(self.clock.now)
        write()

    def finish(self) -> None:
        self.clock.now += HOUR_MS + GRACE_MS
        for writer in self.writers:
            while writer.late.some():
                writer.tell(self.roller)
        while self.roller.run(self.clock.now).remaining:
            pass
        self.roller.close()
        for writer in self.writers:
            writer.late.close()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(step, max_size=40))
def test_what_two_writers_store_is_rolled_up_by_one_process_whatever_comes_in_between(
    steps: list[tuple[Any, ...]],
) -> None:
    with TemporaryDirectory() as folder:
        process = Process(Path(folder))
        for what, *how in steps:
            getattr(process, what)(*how)
        process.finish()
        assert rolled(process.store) == expected(process.store)


def test_a_reading_of_the_hour_that_runs_is_not_late_and_one_of_the_hour_before_is(tmp_path: Path) -> None:
    clock = Clock()
    late = LateHours(tmp_path / "rollup.sqlite", clock)
    clock.now = NOON + 1
    late.touch([Reading(SERIES[0], NOON, {"co2": 1}), Reading(SERIES[1], NOON - 1, {"co2": 1})])
    assert [(one.hour, one.device) for one in late.some()] == [(NOON - HOUR_MS, "d1")]
    late.close()


def test_a_touch_that_comes_while_the_one_before_is_told_is_told_again(tmp_path: Path) -> None:
    late = LateHours(tmp_path / "rollup.sqlite", Clock())
    batch = [Reading(SERIES[0], NOON - 1, {"co2": 1})]
    late.touch(batch)
    told = late.some()
    late.touch(batch)
    late.clear(told)
    assert [(one.hour, one.device) for one in late.some()] == [(NOON - HOUR_MS, "d0")]
    late.clear(late.some())
    assert late.some() == []
    late.close()


def test_what_a_worker_leaves_untold_is_rolled_up_by_a_roller_of_the_same_file(tmp_path: Path) -> None:
    clock, store = Clock(), MemoryStore()
    writer = Writer(store, tmp_path, clock)
    writer.write(0, 2 * HOUR_MS)
    writer.late.close()
    roller = Roller(store, tmp_path / "rollup.sqlite", CATALOGUE, 0, clock.now)
    roller.run(clock.now)
    assert rolled(store) == expected(store) != Counter()
    roller.close()
