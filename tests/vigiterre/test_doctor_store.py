"""The doctor on real stores, in good and in bad condition. Nothing it says ever holds a password."""

import time
import urllib.parse
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from examined import CANARY, levels, settings, words

from devices.reading import Reading, Series
from servers import Influxd, free_port
from stores.open import open_store
from vigiterre.doctor.store import store


def influx(server: Influxd, statement: str, credentials: str = "") -> None:
    body = urllib.parse.urlencode({"q": statement}).encode()
    url = f"http://127.0.0.1:{server.port}/query?{credentials}"
    with urllib.request.urlopen(url, body) as answer:
        assert b"error" not in answer.read()


def test_a_database_with_its_policies_is_ok(influxd: Influxd, unique: str, tmp_path: Path) -> None:
    influx(influxd, f'CREATE DATABASE "{unique}" WITH DURATION 90d NAME "autogen"')
    influx(influxd, f'CREATE RETENTION POLICY "rollup_1h" ON "{unique}" DURATION INF REPLICATION 1')
    findings, ahead = store(settings(tmp_path, influxd.url(unique)))
    assert levels(findings) == {"store.reached": "ok", "store.policies": "ok"}
    assert "90 jours" in findings[1].found.fr
    assert ahead is not None
    assert abs(ahead) < 5


def test_a_database_that_is_missing_is_a_warning_since_run_creates_it(
    influxd: Influxd, unique: str, tmp_path: Path
) -> None:
    assert levels(store(settings(tmp_path, influxd.url(unique))).findings)["store.missing"] == "warning"


def test_a_missing_roll_up_policy_is_named(influxd: Influxd, unique: str, tmp_path: Path) -> None:
    influx(influxd, f'CREATE DATABASE "{unique}"')
    findings = store(settings(tmp_path, influxd.url(unique))).findings
    assert levels(findings)["store.policy_missing"] == "warning"
    assert "rollup_1h" in words(findings)


def test_raw_values_of_persons_that_were_written_among_all_others_are_said_until_they_have_left(
    influxd: Influxd, unique: str, tmp_path: Path
) -> None:
    ours, own_days = settings(tmp_path, influxd.url(unique)), {"occupancy": 30, "door_open": 30, "motion": 7}
    with closing(open_store(ours.store_url, None, own_days=own_days)) as now:
        now.ensure_schema()
        assert levels(store(ours, own_days).findings)["store.personal_apart"] == "ok"
        at = int(time.time() * 1000)
        reading = Reading(Series("building", "room", "m", "school", "03190"), at, {"occupancy": 1.0, "co2": 600.0})
        now.write([reading])
        assert "store.personal_before" not in levels(store(ours, own_days).findings)
    with closing(open_store(ours.store_url, None)) as before:
        before.write([reading])
    [told] = [one for one in store(ours, own_days).findings if one.code == "store.personal_before"]
    assert told.level == "warning"
    assert "occupancy" in told.found.fr
    assert "door_open" not in told.found.fr
    assert str(datetime.fromtimestamp(at / 1000, UTC).date()) in told.remedy.en


def test_a_missing_policy_of_values_of_persons_is_named(influxd: Influxd, unique: str, tmp_path: Path) -> None:
    ours = settings(tmp_path, influxd.url(unique))
    with closing(open_store(ours.store_url, None)) as before:
        before.ensure_schema()
    findings = store(ours, {"occupancy": 30}).findings
    assert levels(findings)["store.policy_missing"] == "warning"
    assert "personal_30d" in words(findings)


def test_a_retention_shorter_than_what_is_accepted_is_an_error(influxd: Influxd, unique: str, tmp_path: Path) -> None:
    influx(influxd, f'CREATE DATABASE "{unique}" WITH DURATION 7d NAME "autogen"')
    influx(influxd, f'CREATE RETENTION POLICY "rollup_1h" ON "{unique}" DURATION INF REPLICATION 1')
    findings = store(settings(tmp_path, influxd.url(unique))).findings
    assert levels(findings)["store.retention_short"] == "error"
    assert "clock.max_age_days" in words(findings)


def test_a_wrong_store_password_is_said_and_not_shown(tmp_path: Path) -> None:
    with Influxd(tmp_path / "influxd", auth=True) as server:
        influx(server, f"CREATE USER admin WITH PASSWORD '{CANARY}' WITH ALL PRIVILEGES")
        url = f"influxdb://admin@127.0.0.1:{server.port}/telemetry"
        wrong = store(settings(tmp_path, url, f"wrong-{CANARY}")).findings
        right = store(settings(tmp_path, url, CANARY)).findings
    assert levels(wrong)["store.away"] == "error"
    assert "store.password_file" in words(wrong)
    assert levels(right)["store.missing"] == "warning"
    assert CANARY not in words([*wrong, *right])


def test_no_database_listening_is_said_with_the_address(tmp_path: Path) -> None:
    port = free_port()
    [finding] = store(settings(tmp_path, f"influxdb://127.0.0.1:{port}/telemetry")).findings
    assert finding.level == "error"
    assert f"127.0.0.1:{port}" in finding.remedy.fr


def test_a_bad_store_url_and_one_with_a_password_are_refused_without_showing_it(tmp_path: Path) -> None:
    for url in ("postgres://x", f"influxdb://u:{CANARY}@localhost/db"):
        [finding] = store(settings(tmp_path, url)).findings
        assert (finding.code, finding.level) == ("store.url", "error")
        assert CANARY not in words([finding])


def test_a_sqlite_store_is_new_then_readable_then_damaged(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    assert levels(store(ours).findings) == {"store.file_new": "ok"}
    fresh = open_store(ours.store_url, None)
    fresh.ensure_schema()
    fresh.close()
    assert levels(store(ours).findings) == {"store.file": "ok"}
    (tmp_path / "readings.sqlite").write_bytes(b"no database at all" * 100)
    assert levels(store(ours).findings) == {"store.away": "error"}
    assert not list(tmp_path.glob("*.damaged"))


def test_a_store_in_memory_is_a_warning(tmp_path: Path) -> None:
    assert levels(store(settings(tmp_path, "memory:")).findings) == {"store.memory": "warning"}
