"""From where a dashboard reads a range of time, asked of a real InfluxDB as its variable does."""

import pytest
from territory import START

from devices.schema import HOUR_MS
from servers import Influxd, influx_rows
from stores.open import open_store
from vigiterre.marking.resolution import DAY_MS, Resolution, resolution


@pytest.mark.parametrize(
    ("days_ago", "days", "policy"),
    [
        (0.04, 0.04, "autogen"),
        (7, 7, "autogen"),
        (89, 1, "autogen"),
        (7.1, 7.1, "rollup_1h"),
        (91, 1, "rollup_1h"),
        (3_650, 3_650, "rollup_1h"),
    ],
)
def test_a_dashboard_reads_raw_values_of_a_week_at_most_and_while_there_are_any(
    influxd: Influxd, unique: str, days_ago: float, days: float, policy: str
) -> None:
    store = open_store(influxd.url(unique), None, raw_days=0)
    store.ensure_schema()
    source = Resolution(90)
    for hour in range(49):
        store.mark(source.marks(START - (48 - hour) * HOUR_MS))
        source.written()
    store.close()
    begin = START - round(days_ago * DAY_MS)
    asked = (
        f'SELECT "policy", "longest" FROM "resolution" WHERE "longest" >= {begin + round(days * DAY_MS)} - {begin}'
        f' AND "since" <= {begin} ORDER BY time DESC LIMIT 1'
    )
    assert [row["policy"] for row in influx_rows(influxd, unique, asked)] == [policy]


def test_raw_values_that_are_kept_for_ever_are_there_since_ever() -> None:
    raw, rolled = resolution(0, START)
    assert (raw.values["since"], rolled.values["since"]) == (0, 0)
    assert rolled.time < raw.time
