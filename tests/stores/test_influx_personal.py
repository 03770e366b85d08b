"""Raw values that may tell of persons in a real InfluxDB 1: apart from all others, and read together with them."""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from devices.errors import StoreRefused, StoreUnavailable
from devices.quantity import Aggregate, Kind, Personal, Quantity
from devices.reading import Reading, Series
from devices.schema import HOUR_MS, RAW, ROLLUP
from servers import Influxd
from stores.influx import InfluxStore
from stores.influx_http import InfluxServer, query
from stores.influx_schema import hours_of
from stores.memory import MemoryStore
from stores.personal import DAY_MS, MARGIN_MS
from stores.port import Latest, Point
from stores.roller import Roller
from stores.texts import Remedy

NOW = time.time_ns() // 1_000_000
HOUR = NOW - NOW % HOUR_MS - 48 * HOUR_MS
"""A whole one, two days ago: InfluxDB goes by the clock."""
ROOM = Series("building", "room-1", "m", "school", "03190")
DOOR = Series("building", "door-1", "m", "school", "03190")
OWN = {"people": 30, "door_open": 7}
EVER = (0, NOW * 2)

Open = Callable[[Mapping[str, int]], InfluxStore]


def server_at(port: int, database: str, user: str = "", password: str | None = None) -> InfluxServer:
    return InfluxServer("127.0.0.1", port, user, password, tls=False, database=database)


def policies(store: InfluxStore) -> dict[str, int]:
    """Policy -> days kept."""
    [answer] = query(store._server, f'SHOW RETENTION POLICIES ON "{store._server.database}"', {})
    return {row[0]: hours_of(row[1]) // 24 for table in answer.tables for row in table.rows}


@pytest.fixture
def opened(influxd: Influxd, unique: str) -> Iterator[Open]:
    """Opens the same database again and again, as a process does whose catalogue has changed."""
    stores: list[InfluxStore] = []

    def open_again(own_days: Mapping[str, int]) -> InfluxStore:
        stores.append(InfluxStore(server_at(influxd.port, unique), own_days=own_days))
        stores[-1].ensure_schema()
        return stores[-1]

    yield open_again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Open) -> InfluxStore:
    return opened(OWN)


def mean(name: str, personal: Personal | None) -> Quantity:
    return Quantity(name, {"fr": name, "en": name}, "1", -1e9, 1e9, Kind.GAUGE, Aggregate.MEAN, {}, "test", personal)


def held(store: InfluxStore, policy: str) -> dict[str, int]:
    """Field -> how many values of it are in a policy."""
    server = store._server
    [answer] = query(server, "SELECT COUNT(*) FROM building", {"db": server.database, "rp": policy})
    counts = {name: row for table in answer.tables for name, row in zip(table.columns, table.rows[0], strict=True)}
    return {name.removeprefix("count_"): int(count) for name, count in counts.items() if name != "time" and count}


def test_raw_values_of_persons_are_in_policies_of_their_own_and_the_default_one_holds_none(store: InfluxStore) -> None:
    store.write([Reading(ROOM, HOUR + n, {"co2": 600.0, "people": 3.0, "door_open": 1.0}) for n in range(5)])
    assert held(store, RAW) == {"co2": 5}
    assert held(store, "personal_30d") == {"people": 5}
    assert held(store, "personal_7d") == {"door_open": 5}
    assert policies(store) == {RAW: 90, ROLLUP: 3650, "personal_30d": 30, "personal_7d": 7}


def test_a_shard_of_values_of_persons_spans_one_day_and_leaves_as_a_whole(store: InfluxStore) -> None:
    [answer] = query(store._server, f'SHOW RETENTION POLICIES ON "{store._server.database}"', {})
    assert {row[0]: row[2] for table in answer.tables for row in table.rows if row[0].startswith("personal")} == {
        "personal_30d": "24h0m0s",
        "personal_7d": "24h0m0s",
    }


def test_who_asks_is_answered_of_all_policies(store: InfluxStore) -> None:
    both = Reading(ROOM, HOUR + 5, {"co2": 600.0, "people": 3.0})
    alone = Reading(DOOR, HOUR + 2, {"door_open": 1.0})
    plain = Reading(ROOM, HOUR + 9, {"co2": 610.0})
    store.write([both, alone, plain])
    assert sorted(store.readings(*EVER)) == sorted([both, alone, plain])
    assert list(store.readings(*EVER, ["door-1"])) == [alone]
    assert store.points("room-1", "people", *EVER) == [Point(HOUR + 5, 3.0)]
    assert store.points("room-1", "co2", *EVER) == [Point(HOUR + 5, 600.0), Point(HOUR + 9, 610.0)]
    assert store.oldest(0) == HOUR + 2
    assert store.oldest(HOUR + 3) == HOUR + 5
    assert sorted(store.latest()) == [
        Latest(DOOR, "door_open", HOUR + 2, 1.0),
        Latest(ROOM, "co2", HOUR + 9, 610.0),
        Latest(ROOM, "people", HOUR + 5, 3.0),
    ]


def test_a_value_older_than_its_retention_is_left_out_and_counted_and_all_others_are_stored(store: InfluxStore) -> None:
    old, edge = NOW - 45 * DAY_MS, NOW - 7 * DAY_MS + 2 * MARGIN_MS
    store.write(
        [
            Reading(ROOM, old, {"co2": 600.0, "people": 3.0}),
            Reading(DOOR, old, {"door_open": 1.0}),
            Reading(DOOR, edge, {"door_open": 1.0, "people": 2.0}),
            Reading(DOOR, NOW - 7 * DAY_MS, {"door_open": 1.0, "people": 2.0}),
        ]
    )
    assert store.left_out == 3
    assert held(store, RAW) == {"co2": 1}
    assert held(store, "personal_30d") == {"people": 2}
    assert held(store, "personal_7d") == {"door_open": 1}


def test_a_backlog_of_such_values_is_said_once_and_not_with_each_batch(store: InfluxStore) -> None:
    with capture_logs() as logs:
        for n in range(5):
            store.write([Reading(ROOM, NOW - 45 * DAY_MS + n, {"people": 3.0})])
    told = [one for one in logs if one["event"] == "personal_values_too_late"]
    assert [(one["log_level"], one["values"]) for one in told] == [("warning", 1)]
    assert store.left_out == 5


def test_what_only_the_server_finds_too_old_is_left_out_too_and_never_refused(store: InfluxStore) -> None:
    """Its clock may be ahead of ours, or somebody has made its policy shorter."""
    database = store._server.database
    query(store._server, f'ALTER RETENTION POLICY "personal_30d" ON "{database}" DURATION 10d', {})
    times = [HOUR, NOW - 20 * DAY_MS, HOUR + 1, NOW - 21 * DAY_MS, HOUR + 2]
    store.write([Reading(ROOM, time, {"people": 1.0, "co2": 600.0}) for time in times])
    assert store.left_out == 2
    assert held(store, "personal_30d") == {"people": 3}
    assert held(store, RAW) == {"co2": 5}


def test_a_shorter_retention_is_one_of_what_is_stored_already_too(opened: Open) -> None:
    before = opened({"people": 30})
    before.write([Reading(ROOM, HOUR, {"people": 3.0})])
    after = opened({"people": 14})
    after.write([Reading(ROOM, HOUR + 1, {"people": 4.0})])
    assert policies(after) == {RAW: 90, ROLLUP: 3650, "personal_30d": 14, "personal_14d": 14}
    assert [point.value for point in after.points("room-1", "people", *EVER)] == [3.0, 4.0]


def test_a_longer_retention_keeps_no_value_longer_than_it_was_promised(opened: Open) -> None:
    opened({"people": 14})
    assert policies(opened({"people": 30})) == {RAW: 90, ROLLUP: 3650, "personal_14d": 14, "personal_30d": 30}


def test_a_policy_that_somebody_has_changed_is_corrected(opened: Open) -> None:
    store = opened(OWN)
    query(store._server, f'ALTER RETENTION POLICY "personal_30d" ON "{store._server.database}" DURATION INF', {})
    assert policies(store)["personal_30d"] == 0
    assert policies(opened(OWN))["personal_30d"] == 30


def test_a_catalogue_that_is_read_again_holds_from_the_next_batch_on(store: InfluxStore) -> None:
    store.write([Reading(ROOM, HOUR, {"people": 3.0, "motion": 1.0})])
    store.keep_apart({"people": 30, "motion": 3})
    assert [point.time for point in store.points("room-1", "motion", *EVER)] == [HOUR]
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write([Reading(ROOM, HOUR + 1, {"people": 3.0, "motion": 1.0})])
    assert unavailable.value.remedy == Remedy("missing", database=store._server.database)
    store.ensure_schema()  # as the pipeline does then
    store.write([Reading(ROOM, HOUR + 1, {"people": 3.0, "motion": 1.0})])
    assert held(store, "personal_3d") == {"motion": 1}
    assert [point.time for point in store.points("room-1", "motion", *EVER)] == [HOUR, HOUR + 1]


def test_values_stored_before_they_were_personal_are_still_read_and_a_newer_one_stands_above(opened: Open) -> None:
    opened({}).write([Reading(ROOM, HOUR + n, {"people": 1.0, "co2": 600.0}) for n in range(2)])
    store = opened(OWN)
    store.write([Reading(ROOM, HOUR, {"people": 2.0})])
    assert store.points("room-1", "people", *EVER) == [Point(HOUR, 2.0), Point(HOUR + 1, 1.0)]
    assert [reading.values for reading in store.readings(*EVER)] == [
        {"people": 2.0, "co2": 600.0},
        {"people": 1.0, "co2": 600.0},
    ]


def test_values_of_what_is_no_longer_personal_are_still_read(opened: Open) -> None:
    opened(OWN).write([Reading(ROOM, HOUR, {"people": 3.0})])
    store = opened({})
    store.write([Reading(ROOM, HOUR + 1, {"people": 4.0})])
    assert [point.value for point in store.points("room-1", "people", *EVER)] == [3.0, 4.0]
    assert store.latest() == [Latest(ROOM, "people", HOUR + 1, 4.0)]


def test_hours_are_computed_of_both(store: InfluxStore, tmp_path: Path) -> None:
    catalogue = {name: mean(name, personal) for name, personal in (("co2", None), ("people", Personal(60, 30)))}
    roller = Roller(store, tmp_path / "rollup.sqlite", catalogue, 90 * DAY_MS, HOUR)
    store.write([Reading(ROOM, HOUR + n * 60_000, {"co2": 600.0 + n, "people": float(n)}) for n in range(5)])
    store.write([Reading(ROOM, HOUR + 30 * 60_000, {"people": 30.0})])
    while roller.run(HOUR + 2 * HOUR_MS).remaining:
        pass
    assert store.points("room-1", "co2", *EVER, ROLLUP) == [Point(HOUR, 602.0)]
    assert store.points("room-1", "people_count", *EVER, ROLLUP) == [Point(HOUR, 6.0)]
    [people] = store.points("room-1", "people", *EVER, ROLLUP)
    assert people.value == pytest.approx(40 / 6)
    roller.close()


def test_a_reading_of_which_one_part_is_refused_is_named_as_it_was_given(store: InfluxStore) -> None:
    """The pipeline knows a reading by its identity, and counts it once."""
    server = store._server
    foreign = b'building,device=room-1,model=m,site=school,commune=03190 people="many",co2="high"'
    for policy in (RAW, "personal_30d"):
        server.post("/write", {"db": server.database, "rp": policy, "precision": "ms"}, b"%b %d" % (foreign, HOUR))
    clash = Reading(ROOM, HOUR + 1, {"co2": 600.0, "people": 3.0, "door_open": 1.0})
    good = Reading(DOOR, HOUR + 1, {"door_open": 1.0})
    with pytest.raises(StoreRefused) as refusal:
        store.write([good, clash])
    [(reading, words)] = refusal.value.refused
    assert reading is clash
    assert "field type conflict" in words
    assert held(store, "personal_7d") == {"door_open": 2}


def test_an_account_that_may_not_create_the_policy_is_told_what_to_run(tmp_path: Path) -> None:
    with Influxd(tmp_path / "influxd", auth=True) as influxd:
        nobody = server_at(influxd.port, "telemetry")
        query(nobody, "CREATE USER root WITH PASSWORD 'sesame' WITH ALL PRIVILEGES", {})
        root = server_at(influxd.port, "telemetry", "root", "sesame")
        query(root, "CREATE USER writer WITH PASSWORD 'word'", {})
        InfluxStore(root).ensure_schema()
        query(root, 'GRANT ALL ON "telemetry" TO writer', {})
        writer = InfluxStore(server_at(influxd.port, "telemetry", "writer", "word"), own_days={"people": 30})
        statement = 'CREATE RETENTION POLICY "personal_30d" ON "telemetry" DURATION 30d REPLICATION 1 SHARD DURATION 1d'
        with pytest.raises(StoreUnavailable) as unavailable:
            writer.ensure_schema()
        assert unavailable.value.remedy == Remedy("admin", statement=statement)
        query(root, statement, {})
        writer.ensure_schema()
        writer.write([Reading(ROOM, HOUR, {"people": 3.0})])
        assert held(writer, "personal_30d") == {"people": 1}
        for each in (nobody, root, writer):
            each.close()


EXAMPLE = count()
"""They share a database; each writes under devices of its own."""
BATCH = st.lists(
    st.builds(
        Reading,
        st.sampled_from([ROOM, DOOR]),
        st.integers(HOUR, HOUR + 5),
        st.dictionaries(
            st.sampled_from(["co2", "battery", "people", "door_open"]), st.integers(0, 9).map(float), min_size=1
        ),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(BATCH, max_size=3))
def test_what_is_written_in_parts_is_read_as_a_whole(store: InfluxStore, batches: list[list[Reading]]) -> None:
    """Whatever the readings, InfluxDB with policies of persons answers as a store that has none."""
    memory, number = MemoryStore(), next(EXAMPLE)
    own = {one: one._replace(device=f"{one.device}-{number}") for one in (ROOM, DOOR)}
    for batch in batches:
        for each in (store, memory):
            each.write([reading._replace(series=own[reading.series]) for reading in batch])
    names = [one.device for one in own.values()]
    assert sorted(store.readings(*EVER, names)) == sorted(memory.readings(*EVER))
    assert sorted(store.latest(names)) == sorted(memory.latest(names))
    for name in names:
        for field in ("co2", "people", "door_open"):
            assert store.points(name, field, *EVER) == memory.points(name, field, *EVER)
