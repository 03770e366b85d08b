"""Several ingest processes on one shared subscription, and one that judges: real processes, killed where it hurts."""

import json
import signal

from sinks import Devices, now_ms
from split import S12, S14, Split, wait_for_reload

from servers import influx_rows, wait_until


def test_what_a_worker_accepts_is_stored_by_it_and_alerted_by_the_other_process(split: Split, devices: Devices) -> None:
    split.workers = split.workers[:1]
    split.start()
    at = now_ms() // 1000 * 1000
    devices.say(S12, at, co2=1700)
    split.hook.wait_for(S12, "firing")
    wait_until(lambda: split.stored(S12) == {at: 1700}, "the point")
    [one] = split.found()
    assert (one.rule, one.opened, one.value) == ("co2", at, 1700)
    checks = json.loads(split.alerts.get("/readyz")[1])["checks"]
    assert not any(checks.values()), checks
    assert split.workers[0].get("/readyz")[0] == 200
    assert split.workers[0].get("/")[0] == 404
    devices.say(S12, at + 1000, co2=600)
    split.hook.wait_for(S12, "firing", "resolved")
    rules = split.config / "rules.toml"
    rules.write_text(rules.read_text().replace("above = 1500", "above = 1492"))
    row = next(line for line in (split.config / "devices.csv").read_text().splitlines() if line.startswith(S12))
    with (split.config / "devices.csv").open("a") as rows:
        rows.write(row.replace(S12, "college-neuf-s01") + "\n")
    for process in (split.alerts, split.workers[0]):
        process.signal(signal.SIGHUP)
        wait_for_reload(process)
    devices.say("college-neuf-s01", co2=1495)
    split.hook.wait_for("college-neuf-s01", "firing")
    assert split.alerts.stop() == 0
    assert split.workers[0].stop() == 0


def test_of_two_workers_one_killed_in_the_middle_all_is_stored_and_each_alert_is_told_once(
    split: Split, devices: Devices
) -> None:
    """Messages of one device go to both, in turn; of another, each goes to both, since it is sent twice."""
    split.start()
    published: dict[str, dict[int, float]] = {S12: {}, S14: {}}
    times: list[int] = []

    def publish(first: int, last: int) -> None:
        for n in range(first, last):
            at, value = max(now_ms(), *times[-1:], 0) + 1, 1600 + n if 100 <= n < 250 else 500 + n
            times.append(at)
            for device in (S12, S14, S14):
                devices.say(device, at, co2=value)
                published[device][at] = value

    publish(0, 120)
    split.workers[1].kill()
    publish(120, 200)
    split.start_worker(split.workers[1])
    publish(200, 300)
    for device in (S12, S14):
        split.hook.wait_for(device, "firing", "resolved")
        split.wait_stored(device, published[device])
    for worker in split.workers:
        assert worker.metric("vigiterre_readings_received_total") > 100
        worker.wait_for("vigiterre_relay_lag_messages", 0)
    wait_until(lambda: split.judged() >= 900, "all judged")
    found = [one for one in split.found() if one.rule == "co2"]
    assert sorted(one.series.device for one in found) == [S12, S14]
    assert {(one.opened, one.resolved) for one in found} == {(times[100], times[250])}
    assert not [one for one in split.found() if one.rule == "silent"]


def test_without_the_process_of_the_alerts_all_is_stored_and_it_judges_everything_when_it_is_back(
    split: Split, devices: Devices
) -> None:
    """Killed twice: between two batches, and before it could acknowledge anything. Roll-ups of late hours included."""
    split.start()
    hour = now_ms() // 3_600_000 * 3_600_000
    devices.say(S12, co2=1700)
    split.hook.wait_for(S12, "firing")
    split.alerts.kill()
    devices.say(S12, co2=600)
    devices.say(S14, co2=1800)
    devices.say(S14, hour - 7_200_000, co2=420)
    devices.say(S14, hour - 7_199_000, co2=440)
    wait_until(lambda: len(split.stored(S14)) == 3, "all stored")
    split.alerts.start()
    split.hook.wait_for(S12, "firing", "resolved")
    split.hook.wait_for(S14, "firing")
    split.alerts.kill()
    split.alerts.start()
    query = f"SELECT co2, co2_count FROM rollup_1h.building WHERE device = '{S14}' AND time >= 0"

    def rolled_up() -> list[tuple[int, float, float]]:
        rows = influx_rows(split.influxd, split.name, query)
        return [(row["time"], row["co2"], row["co2_count"]) for row in rows]

    wait_until(lambda: rolled_up() == [(hour - 7_200_000, 430, 2)], "the roll-up of the late hour", 90)
    assert split.hook.told(S14) == ["firing"]
    assert split.hook.told(S12) == ["firing", "resolved"]
