"""What several modules look at: one demonstration for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alarms import Alarm, alarm_at
from demos import Demo
from sinks import Devices, devices_at
from split import Split, split_at
from storms import Storm, storm_at

from servers import Influxd, Mosquitto


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Of one worker; the modules that want it run in one worker, or each has its own."""
    with Mosquitto(tmp_path_factory.mktemp("broker"), durable=False) as broker:
        running = Demo(tmp_path_factory.mktemp("demo"), broker)
        running.wait()
        yield running
        running.close()


@pytest.fixture
def alarm(tmp_path: Path) -> Iterator[Alarm]:
    with alarm_at(tmp_path) as alarm:
        yield alarm


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    with storm_at(tmp_path) as storm:
        yield storm


@pytest.fixture
def split(tmp_path: Path, influxd: Influxd, unique: str) -> Iterator[Split]:
    with split_at(tmp_path, influxd, unique) as split:
        yield split


@pytest.fixture
def devices(split: Split) -> Iterator[Devices]:
    with devices_at(split.broker.port) as devices:
        yield devices
