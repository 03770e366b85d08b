"""What fails for many at once, on real processes: the database, the broker, a gateway, ourselves."""

import os
import signal
import sys
import time

import pytest
from sinks import Devices, devices_at, now_ms
from storms import MANY, Storm, sending

from servers import Influxd, influx_rows, wait_until

OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "36"))
"""600 for the ten minutes that an outage should be shown to last; less for every day."""


def stored(influxd: Influxd) -> int:
    rows = influx_rows(influxd, "storm", "SELECT count(co2) FROM building WHERE time >= 0")
    return int(rows[0]["count"]) if rows else 0


@pytest.mark.timeout(OUTAGE_SECONDS + 180)
def test_p12_without_database_a_crossing_pages_at_once_beside_one_alert_about_it_and_its_return_is_no_burst(
    storm: Storm, capsys: pytest.CaptureFixture[str]
) -> None:
    """Frozen for the first half, killed for the second. Nobody is silent, and every reading is stored in the end."""
    with sending(storm.broker.port) as sent, devices_at(storm.broker.port) as devices:
        storm.run.wait_for("vigiterre_readings_stored_total", 200)
        storm.influxd.signal(signal.SIGSTOP)
        began = time.monotonic()
        time.sleep(OUTAGE_SECONDS / 4)
        wait = told_after(storm, devices, "college-moulins-s12")
        time.sleep(max(0.0, OUTAGE_SECONDS / 2 - (time.monotonic() - began)))
        storm.influxd.kill()
        waits = [wait, told_after(storm, devices, "college-moulins-s14")]
        time.sleep(max(0.0, OUTAGE_SECONDS - (time.monotonic() - began)))
        assert len(storm.hook.notices) == 3
        storm.influxd.start()
        wait_until(lambda: storm.about_ourselves() == ["firing", "resolved"], "the end of the outage", 60)
    expected = 200 * (1 + sent.rounds) + 2
    wait_until(lambda: stored(storm.influxd) == expected, f"{expected} points, {stored(storm.influxd)}", 60)
    assert len(storm.hook.notices) == 4
    assert sorted(one.rule for one in storm.alerts()) == ["co2", "co2", "platform_store"]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{OUTAGE_SECONDS:.0f} s without database: paged after {waits} ms; {expected} readings, all stored\n"
        )


def told_after(storm: Storm, devices: Devices, device: str) -> int:
    """ms from publishing a value that crosses to the notice."""
    at = now_ms()
    devices.say(device, at, co2=1700)
    storm.hook.wait_for(device, "firing", seconds=10)
    [notice] = [one for one in storm.hook.notices if device in one.devices]
    return notice.at - at


def test_two_hundred_devices_that_fall_silent_are_one_notice_and_their_return_is_another(storm: Storm) -> None:
    with devices_at(storm.broker.port) as devices:
        for _ in range(2):
            devices.say_all(MANY, co2=600)
        storm.run.wait_for("vigiterre_alerts_judged_total", 400)
        wait_until(lambda: len(storm.hook.notices) == 1, "the notice", 60)
        [notice] = storm.hook.notices
        assert (notice.kind, notice.document["count"], set(notice.devices)) == ("firing", 200, set(MANY))
        devices.say_all(MANY, co2=601)
        wait_until(lambda: len(storm.hook.notices) == 2, "the end", 60)
        assert (storm.hook.notices[1].kind, storm.hook.notices[1].document["count"]) == ("resolved", 200)


def test_p11_after_a_stop_of_ours_that_is_longer_than_their_term_no_device_is_called_silent(storm: Storm) -> None:
    with sending(storm.broker.port) as sent:
        storm.run.wait_for("vigiterre_alerts_judged_total", 200)
        storm.run.stop()
        time.sleep(20)
        storm.start()
        rounds = sent.rounds
        wait_until(lambda: sent.rounds >= rounds + 3, "three rounds of readings", 60)
        storm.run.wait_for("vigiterre_alerts_judged_total", 1_000)
    assert storm.silent() == []
    assert storm.alerts() == []
