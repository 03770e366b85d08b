"""Readings divided among policies: nothing is lost, nothing is doubled, and nothing changes its order."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Request, Scripted, ScriptedServer

from devices.errors import StoreRefused
from devices.reading import Reading, Series
from devices.schema import RAW
from stores.influx import InfluxStore
from stores.personal import DAY_MS, MARGIN_MS, abandoned, days_of, divide, policies_of, policy_for
from stores.port import Point

NOW = 1_795_435_200_000
ROOM = Series("building", "room-1", "m", "school", "03190")
OWN = {"people": 30, "motion": 30, "door_open": 7}
APART = policies_of(OWN)
QUANTITIES = st.sampled_from(["co2", "battery", *OWN])
TIMES = st.sampled_from([NOW, NOW - 7 * DAY_MS, NOW - 7 * DAY_MS + MARGIN_MS, NOW - 30 * DAY_MS, NOW - 60 * DAY_MS])
READINGS = st.lists(
    st.builds(Reading, st.just(ROOM), TIMES, st.dictionaries(QUANTITIES, st.floats(0, 9), min_size=1)), max_size=20
)


def values_of(readings: list[Reading]) -> list[tuple[int, str, float]]:
    return [(reading.time, name, value) for reading in readings for name, value in reading.values.items()]


@given(READINGS)
def test_every_value_goes_to_the_one_policy_of_its_quantity_or_is_too_late(readings: list[Reading]) -> None:
    parts, too_late = divide(readings, APART, NOW)
    kept = 0
    for policy, (_, stored) in parts.items():
        expected = [
            (time, name, value)
            for time, name, value in values_of(readings)
            if APART.get(name, RAW) == policy and (policy == RAW or time >= NOW - OWN[name] * DAY_MS + MARGIN_MS)
        ]
        assert values_of(stored) == expected
        assert stored
        kept += len(expected)
    assert kept + too_late == len(values_of(readings))


@given(READINGS)
def test_each_part_stands_beside_the_reading_it_was_taken_of(readings: list[Reading]) -> None:
    known = {id(reading) for reading in readings}
    for whole, stored in divide(readings, APART, NOW).parts.values():
        assert len(whole) == len(stored)
        for reading, part in zip(whole, stored, strict=True):
            assert id(reading) in known
            assert (part.series, part.time) == (reading.series, reading.time)
            assert part.values.items() <= reading.values.items()


@given(st.integers(1, 999_999))
def test_the_name_of_a_policy_says_its_days(days: int) -> None:
    assert days_of(policy_for(days)) == days


def test_no_other_policy_is_taken_for_one_of_persons() -> None:
    for name in (RAW, "rollup_1h", "personal", "personal_0d", "personal_30", "personal_30d_old", "personal_\u0663d"):
        assert days_of(name) is None, name


def test_a_policy_that_nothing_goes_to_any_more_is_no_longer_than_the_shortest_in_force() -> None:
    there = [RAW, "rollup_1h", "theirs", "personal_30d", "personal_14d", "personal_3d"]
    assert abandoned(there, {RAW: 90, "rollup_1h": 3650, "personal_14d": 14}) == {"personal_30d": 14, "personal_3d": 3}
    assert abandoned(there, {RAW: 90, "rollup_1h": 3650}) == {"personal_30d": 30, "personal_14d": 14, "personal_3d": 3}


def test_a_batch_without_values_of_persons_is_one_request_to_the_default_policy(
    scripted: ScriptedServer, store: InfluxStore
) -> None:
    store.keep_apart(OWN)
    store.write([Reading(ROOM, NOW + n, {"co2": 600.0, "battery": 3.6}) for n in range(1000)])
    [request] = scripted.requests
    assert "rp=autogen" in request.path
    assert request.body.count(b"\n") == 999


def test_a_batch_of_values_of_persons_alone_asks_nothing_of_the_default_policy(
    scripted: ScriptedServer, store: InfluxStore
) -> None:
    store.keep_apart({"people": 36_500})
    store.write([Reading(ROOM, NOW + n, {"people": 3.0}) for n in range(10)])
    assert [request.path.count("rp=personal_36500d") for request in scripted.requests] == [1]


def test_what_influxdb_2_finds_too_old_is_left_out_and_never_refused(
    scripted: ScriptedServer, store: InfluxStore
) -> None:
    def old(request: Request) -> Scripted:
        late = request.body.count(b"people=9.0")
        words = b"failure writing points to database: partial write: points beyond retention policy dropped=%d" % late
        return Scripted(422, b'{"code":"unprocessable entity","message":"%b"}' % words) if late else Scripted(204)

    scripted.script = old
    store.keep_apart({"people": 36_500})
    store.write([Reading(ROOM, NOW + n, {"people": 9.0 if n in (3, 7) else 1.0, "co2": 600.0}) for n in range(10)])
    assert store.left_out == 2


class InfluxDB3:
    """An InfluxDB 3, where a policy is a database, as `/query` of 3.10 answers (influxdb3/core)."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Scripted:
        asked = parse_qs(urlsplit(request.path).query)
        statement = parse_qs(request.body.decode())["q"][0]
        if statement.startswith("SHOW"):
            names = ["autogen"] if "POLICIES" in statement else ["_internal", "telemetry", "telemetry/personal_30d"]
            return answer(["iox::database"], [[name] for name in names])
        self.asked += asked["rp"]
        return answer(["time", "people"], [[NOW, 3.0]] if asked["rp"] == ["personal_30d"] else [])


def answer(columns: list[str], rows: list[list[object]]) -> Scripted:
    series = [{"name": "building", "columns": columns, "values": rows}] if rows else []
    return Scripted(200, json.dumps({"results": [{"statement_id": 0, "series": series}]}).encode())


def test_of_influxdb_3_who_only_reads_finds_the_database_of_persons_too(
    scripted: ScriptedServer, store: InfluxStore
) -> None:
    scripted.script = influxdb = InfluxDB3()
    assert store.points("room-1", "people", 0, NOW + 1) == [Point(NOW, 3.0)]
    assert influxdb.asked == ["autogen", "personal_30d"]


def test_a_reading_that_no_store_can_hold_is_named_beside_values_of_persons(store: InfluxStore) -> None:
    store.keep_apart({"people": 36_500})
    good = Reading(ROOM, NOW, {"people": 3.0, "co2": 600})
    bad = [
        Reading(ROOM, NOW, {"people": float("nan")}),
        Reading(ROOM._replace(site="a\nb"), NOW, {"people": 3.0}),
        Reading(ROOM._replace(site="a\nb"), NOW, {"co2": 600.0}),
    ]
    for batch in ([good, *bad], bad[1:]):
        with pytest.raises(StoreRefused) as refusal:
            store.write(batch)
        assert [id(reading) for reading, _ in refusal.value.refused] == [id(one) for one in batch if one is not good]
