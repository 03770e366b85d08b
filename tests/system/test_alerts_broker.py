"""A broker that goes away, on real processes: one alert, and no device is called silent."""

import time

import pytest
from storms import Storm, sending

from servers import wait_until


@pytest.mark.parametrize("seconds", [20, 65])
def test_a_broker_that_goes_away_is_one_alert_and_no_device_is_called_silent(storm: Storm, seconds: int) -> None:
    with sending(storm.broker.port) as sent:
        storm.run.wait_for("vigiterre_alerts_judged_total", 200)
        storm.broker.stop()
        wait_until(lambda: storm.about_ourselves() == ["firing"], "the alert about the broker", 30)
        time.sleep(seconds)
        storm.broker.start()
        rounds = sent.rounds
        wait_until(lambda: storm.about_ourselves() == ["firing", "resolved"], "its end", 60)
        wait_until(lambda: sent.rounds >= rounds + 2, "two rounds of readings", 60)
    assert storm.silent() == []
    assert [one.rule for one in storm.alerts()] == ["platform_broker"]
