"""Raw values that may tell of persons leave the store sooner than all others, and their hours stay as they were."""

import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devices.quantity import Aggregate, Kind, Personal, Quantity
from devices.reading import Reading, Series
from devices.schema import HOUR_MS, ROLLUP
from stores.memory import MemoryStore
from stores.open import open_store
from stores.port import Store
from stores.roller import Roller
from stores.sqlite import SqliteStore

DAY = 86_400_000
MIDNIGHT = 1_795_392_000_000
"""23 November 2026, UTC."""
ROOM = Series("building", "room-1", "m", "school", "03190")
WEEK = Personal(60, 7)
MARKER = 123_456.789012345
"""No other number of a file has these eight bytes."""


def quantity(name: str, how: Aggregate, personal: Personal | None = None) -> Quantity:
    return Quantity(name, {"fr": name, "en": name}, "1", -1e9, 1e9, Kind.GAUGE, how, {}, "test", personal)


CATALOGUE = {"co2": quantity("co2", Aggregate.MEAN), "people": quantity("people", Aggregate.MEAN, WEEK)}


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store: Store = MemoryStore() if request.param == "memory" else open_store(f"sqlite:///{tmp_path}/store.db", None)
    store.ensure_schema()
    yield store
    store.close()


def fill(store: Store, days: int, value: float = 3.0) -> None:
    times = range(MIDNIGHT - days * DAY, MIDNIGHT, HOUR_MS // 2)
    store.write([Reading(ROOM, time, {"co2": 600.0, "people": value}) for time in times])


def days_kept(store: Store, field: str) -> int:
    points = store.points(ROOM.device, field, 0, MIDNIGHT * 2)
    return len({point.time // DAY for point in points})


def roll(roller: Roller, since: int) -> None:
    """As days go by."""
    for now in range(since, MIDNIGHT + 1, DAY):
        while roller.run(now).remaining:
            pass


def test_raw_values_of_persons_go_after_their_own_days_and_the_others_stay(store: Store) -> None:
    fill(store, days=20)
    store.expire(MIDNIGHT - 90 * DAY, 0, {"people": MIDNIGHT - 7 * DAY})
    assert days_kept(store, "people") == 7
    assert days_kept(store, "co2") == 20


def test_an_expiry_goes_on_with_the_days_and_follows_a_shorter_retention(store: Store) -> None:
    fill(store, days=20)
    assert store.expire(0, 0, {"people": MIDNIGHT - 7 * DAY}) == 13 * 48
    assert store.expire(0, 0, {"people": MIDNIGHT - 7 * DAY}) == 0
    assert store.expire(0, 0, {"people": MIDNIGHT - 6 * DAY}) == 48
    assert store.expire(0, 0, {"people": MIDNIGHT - 2 * DAY}) == 4 * 48
    assert store.expire(0, 0) == 0
    assert days_kept(store, "people") == 2


def test_the_newest_value_of_a_room_that_is_silent_is_forgotten_too(store: Store) -> None:
    fill(store, days=3)
    store.expire(0, 0, {"people": MIDNIGHT})
    assert [(one.quantity, one.value) for one in store.latest()] == [("co2", 600.0)]


def test_hours_of_persons_stay_when_their_raw_values_are_gone(store: Store, tmp_path: Path) -> None:
    roller = Roller(store, tmp_path / "rollup.sqlite", CATALOGUE, 90 * DAY, MIDNIGHT - 20 * DAY)
    fill(store, days=20)
    roll(roller, MIDNIGHT - 20 * DAY)
    before = store.points(ROOM.device, "people", 0, MIDNIGHT, ROLLUP)
    assert len(before) == 20 * 24 - 1
    store.expire(MIDNIGHT - 90 * DAY, 0, {"people": MIDNIGHT - 7 * DAY})
    roll(roller, MIDNIGHT)
    assert store.points(ROOM.device, "people", 0, MIDNIGHT, ROLLUP) == before
    roller.close()


def test_a_late_value_does_not_replace_the_hour_of_which_the_rest_is_gone(store: Store, tmp_path: Path) -> None:
    """30 people an hour long, then one value of 0 that comes two weeks late: the hour is still that of all 30."""
    roller = Roller(store, tmp_path / "rollup.sqlite", CATALOGUE, 90 * DAY, MIDNIGHT - 20 * DAY)
    fill(store, days=20, value=30.0)
    roll(roller, MIDNIGHT - 20 * DAY)
    store.expire(MIDNIGHT - 90 * DAY, 0, {"people": MIDNIGHT - 7 * DAY})
    hour = MIDNIGHT - 14 * DAY
    late = [Reading(ROOM, hour + 60_000, {"people": 0.0, "co2": 1_200.0})]
    store.write(late)
    roller.touch(late)
    roll(roller, MIDNIGHT)
    [people] = store.points(ROOM.device, "people", hour, hour + 1, ROLLUP)
    [co2] = store.points(ROOM.device, "co2", hour, hour + 1, ROLLUP)
    assert people.value == 30.0
    assert co2.value == pytest.approx(800.0)
    roller.close()


def test_a_late_value_within_the_retention_is_in_its_hour(store: Store, tmp_path: Path) -> None:
    roller = Roller(store, tmp_path / "rollup.sqlite", CATALOGUE, 90 * DAY, MIDNIGHT - 20 * DAY)
    fill(store, days=3, value=30.0)
    roll(roller, MIDNIGHT - 20 * DAY)
    hour = MIDNIGHT - 2 * DAY
    late = [Reading(ROOM, hour + 60_000, {"people": 0.0})]
    store.write(late)
    roller.touch(late)
    roll(roller, MIDNIGHT)
    [people] = store.points(ROOM.device, "people", hour, hour + 1, ROLLUP)
    assert people.value == pytest.approx(20.0)
    roller.close()


def test_values_of_persons_that_were_dropped_are_no_longer_among_the_bytes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(SqliteStore(path)) as store:
        store.ensure_schema()
        fill(store, days=20, value=MARKER)
    assert struct.pack(">d", MARKER) in path.read_bytes()
    with closing(SqliteStore(path)) as store:
        store.expire(0, 0, {"people": MIDNIGHT})
        assert days_kept(store, "co2") == 20
    assert struct.pack(">d", MARKER) not in path.read_bytes()
