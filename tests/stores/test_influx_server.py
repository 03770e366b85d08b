"""InfluxStore and a real InfluxDB 1: schema, accounts, and a server killed between writes."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import StoreRefused, StoreUnavailable
from devices.reading import Reading, Series
from devices.schema import RAW, ROLLUP
from servers import Influxd, free_port
from stores import influx_http
from stores.influx import InfluxStore
from stores.influx_http import InfluxServer, query
from stores.influx_schema import hours_of
from stores.texts import Remedy

SERIES = Series("road", "level-7", "ldds75", "pont", "03190")
NOON = 1_795_435_200_000
BATCH = [Reading(SERIES, NOON + n, {"water_level": n / 10, "battery": 3.6}) for n in range(1000)]


def server_at(port: int, database: str, user: str = "", password: str | None = None) -> InfluxServer:
    return InfluxServer("127.0.0.1", port, user, password, tls=False, database=database)


def policies(server: InfluxServer) -> dict[str, tuple[int, bool]]:
    [answer] = query(server, f'SHOW RETENTION POLICIES ON "{server.database}"', {})
    return {row[0]: (hours_of(row[1]), row[-1]) for table in answer.tables for row in table.rows}


@pytest.fixture
def own_influxd(tmp_path: Path) -> Iterator[Influxd]:
    with Influxd(tmp_path / "influxd") as server:
        yield server


def test_a_killed_server_is_unavailable_and_loses_nothing_it_confirmed(own_influxd: Influxd) -> None:
    store = InfluxStore(server_at(own_influxd.port, "telemetry"), raw_days=0)
    store.ensure_schema()
    store.write(BATCH[:500])
    own_influxd.kill()
    for _ in range(2):
        with pytest.raises(StoreUnavailable) as unavailable:
            store.write(BATCH[500:])
        assert unavailable.value.remedy == Remedy("start", server=f"127.0.0.1:{own_influxd.port}")
    with pytest.raises(StoreUnavailable):
        store.latest()
    own_influxd.start()
    store.write(BATCH[500:])
    store.write(BATCH[500:])
    assert list(store.readings(NOON, NOON + 1000)) == BATCH
    store.close()


def test_a_server_that_hangs_is_unavailable_and_takes_the_same_write_later(
    own_influxd: Influxd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influx_http, "READ_SECONDS", 0.3)
    store = InfluxStore(server_at(own_influxd.port, "telemetry"), raw_days=0)
    store.ensure_schema()
    own_influxd.signal(signal.SIGSTOP)
    with pytest.raises(StoreUnavailable):
        store.write(BATCH)
    own_influxd.signal(signal.SIGCONT)
    monkeypatch.undo()
    patient = InfluxStore(server_at(own_influxd.port, "telemetry"), raw_days=0)
    patient.write(BATCH)
    assert list(patient.readings(NOON, NOON + 1000)) == BATCH
    store.close()
    patient.close()


def test_what_is_compressed_for_a_distant_server_is_read_there(influxd: Influxd, unique: str) -> None:
    server = server_at(influxd.port, unique)
    server._zip = True
    store = InfluxStore(server, raw_days=0)
    store.ensure_schema()
    store.write(BATCH)
    assert list(store.readings(NOON, NOON + 1000)) == BATCH
    store.close()


def test_an_unreachable_server_is_unavailable_from_the_start() -> None:
    store = InfluxStore(server_at(free_port(), "telemetry"))
    with pytest.raises(StoreUnavailable):
        store.ensure_schema()
    store.close()


def test_the_schema_is_created_once_and_retention_follows_the_settings(influxd: Influxd, unique: str) -> None:
    server = server_at(influxd.port, unique)
    InfluxStore(server, raw_days=90, rollup_days=3650).ensure_schema()
    assert policies(server) == {RAW: (90 * 24, True), ROLLUP: (3650 * 24, False)}
    InfluxStore(server, raw_days=30, rollup_days=0).ensure_schema()
    assert policies(server) == {RAW: (30 * 24, True), ROLLUP: (0, False)}
    server.close()


def test_readings_beyond_retention_are_refused_and_the_others_stored(influxd: Influxd, unique: str) -> None:
    store = InfluxStore(server_at(influxd.port, unique), raw_days=36_500)
    store.ensure_schema()
    old = [Reading(SERIES, -(10**12) * 4 - n, {"water_level": 1.0}) for n in range(3)]
    with pytest.raises(StoreRefused) as refusal:
        store.write([*BATCH[:5], *old, *BATCH[5:9]])
    assert sorted(reading for reading, _ in refusal.value.refused) == sorted(old)
    assert "retention policy" in refusal.value.refused[0][1]
    assert list(store.readings(NOON, NOON + 1000)) == BATCH[:9]
    store.close()


def test_p08_a_field_of_another_type_refuses_its_line_only(influxd: Influxd, unique: str) -> None:
    server = server_at(influxd.port, unique)
    store = InfluxStore(server, raw_days=0)
    store.ensure_schema()
    foreign = b'road,device=x,model=m,site=s,commune=c battery="low" 1795435200000'
    server.post("/write", {"db": unique, "rp": RAW, "precision": "ms"}, foreign)
    clash, good = Reading(SERIES, NOON, {"battery": 3.6}), Reading(SERIES, NOON, {"water_level": 1.0})
    with pytest.raises(StoreRefused) as refusal:
        store.write([good, clash])
    [(reading, words)] = refusal.value.refused
    assert reading == clash
    assert "field type conflict" in words
    assert store.points("level-7", "water_level", NOON, NOON + 1)[0].value == 1.0
    store.close()


def test_a_missing_database_or_policy_says_how_to_get_it(influxd: Influxd, unique: str) -> None:
    server = server_at(influxd.port, unique)
    store = InfluxStore(server)
    missing = Remedy("missing", database=unique)
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write(BATCH[:1])
    assert unavailable.value.remedy == missing
    with pytest.raises(StoreUnavailable) as unavailable:
        store.latest()
    assert unavailable.value.remedy == missing
    query(server, f'CREATE DATABASE "{unique}"', {})
    store.write_rollups([])
    with pytest.raises(StoreUnavailable) as unavailable:
        store.points("level-7", "battery", 0, 1, ROLLUP)
    assert unavailable.value.remedy == missing
    store.close()


def test_an_account_that_may_only_write_is_told_what_to_run(tmp_path: Path) -> None:
    with Influxd(tmp_path / "influxd", auth=True) as influxd:
        nobody = server_at(influxd.port, "telemetry")
        query(nobody, "CREATE USER root WITH PASSWORD 'sesame' WITH ALL PRIVILEGES", {})
        root = server_at(influxd.port, "telemetry", "root", "sesame")
        query(root, "CREATE USER writer WITH PASSWORD 'pa ss:é'", {})
        writer = InfluxStore(server_at(influxd.port, "telemetry", "writer", "pa ss:é"), raw_days=0)
        with pytest.raises(StoreUnavailable) as unavailable:
            writer.ensure_schema()
        assert 'CREATE DATABASE "telemetry"' in unavailable.value.remedy
        InfluxStore(root, raw_days=0).ensure_schema()
        query(root, 'GRANT ALL ON "telemetry" TO writer', {})
        writer.ensure_schema()
        writer.write(BATCH[:10])
        assert list(writer.readings(NOON, NOON + 1000)) == BATCH[:10]
        wrong = InfluxStore(server_at(influxd.port, "telemetry", "writer", "wrong"))
        for attempt in (wrong.ensure_schema, lambda: wrong.write(BATCH[:1]), wrong.latest):
            with pytest.raises(StoreUnavailable) as unavailable:
                attempt()
            assert unavailable.value.remedy == Remedy("credentials", database="telemetry")
        for each in (nobody, root, writer, wrong):
            each.close()


@pytest.mark.parametrize("limit", [0, 5_000, 10_000, 25_000])
def test_a_long_answer_is_whole_whatever_the_server_calls_partial(tmp_path: Path, limit: int) -> None:
    """InfluxDB 1.6 calls a whole series of more than 10,000 rows partial; `max-row-limit` does cut."""
    influxd = Influxd(tmp_path / "influxd")
    settings = tmp_path / "influxd" / "influxdb.conf"
    settings.write_text(settings.read_text().replace("[http]\n", f"[http]\n  max-row-limit = {limit}\n"))
    long = [Reading(SERIES, NOON + n * 1000, {"water_level": n / 8}) for n in range(30_000)]
    other = [one._replace(series=SERIES._replace(device="level-8")) for one in long[:12_000]]
    with influxd:
        store = InfluxStore(server_at(influxd.port, "telemetry"), raw_days=0)
        store.ensure_schema()
        for first in range(0, 30_000, 10_000):
            store.write(long[first : first + 10_000] + other[first : first + 10_000])
        points = store.points("level-7", "water_level", NOON, NOON + 30_000_000)
        assert points == [(one.time, one.values["water_level"]) for one in long]
        assert sorted(store.readings(NOON, NOON + 30_000_000)) == sorted(long + other)
        assert len(store.latest()) == 2
        store.close()
