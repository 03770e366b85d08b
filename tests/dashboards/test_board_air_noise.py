"""What is peculiar to air and noise: decibels are averaged as energy, dust by the day, and nights begin at 22:00."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from shown import START, answers, limits, panels_of, store

from dashboards.grafana.boards.air_noise import air_noise
from dashboards.grafana.legend import INFO, WARNING
from servers import Influxd

PANELS = panels_of(air_noise)
PARIS = ZoneInfo("Europe/Paris")
TEN_MINUTES, HOUR = 600_000, 3_600_000
MICROPHONE = "environment,device=microphone,model=sound-level-meter,site=street,commune=03190"


def test_ten_loud_minutes_weigh_more_than_fifty_quiet_ones(influxd: Influxd, unique: str) -> None:
    begin = START - START % HOUR + HOUR
    heard = [80, 60, 60, 60, 60, 60]
    store(influxd, unique, [f"{MICROPHONE} sound_level={dB} {begin + i * TEN_MINUTES}" for i, dB in enumerate(heard)])
    [[hour]] = answers(influxd, unique, PANELS["LAeq of an hour"])
    assert hour["sound_level"] == pytest.approx(72.43, abs=0.01)  # their plain mean is 63.3
    [points] = answers(influxd, unique, PANELS["Sound level measured"])
    assert max(point["sound_level"] for point in points) == 80


def test_thirds_of_a_day_begin_at_22_6_and_14_in_france(influxd: Influxd, unique: str) -> None:
    store(influxd, unique, [f"{MICROPHONE} sound_level=50 {START + hour * HOUR}" for hour in range(24)])
    [thirds] = answers(influxd, unique, PANELS["Night, morning, afternoon"])
    begun = {datetime.fromtimestamp(one["time"] / 1000, PARIS).hour for one in thirds}
    assert begun == {22, 6, 14}
    assert all(one["sound_level"] == pytest.approx(50) for one in thirds)


def test_the_limits_of_a_daily_mean_are_drawn_on_the_daily_mean_alone() -> None:
    assert limits(PANELS["PM10, mean of 24 hours"])[1:] == [(50, INFO), (80, WARNING)]
    assert "thresholdsStyle" not in PANELS["PM10, hourly mean"]["fieldConfig"]["defaults"]["custom"]


def test_no_text_claims_a_legal_breach() -> None:
    for title in ("NO2, hourly mean", "PM10, mean of 24 hours", "Ozone, hourly mean"):
        assert "Indicative measurement" in PANELS[title]["description"]
