"""Fixtures every room may use: one real broker and one real InfluxDB for the whole run."""

import secrets
from collections.abc import Iterator

import pytest

from servers import Influxd, Mosquitto


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield broker


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with Influxd(tmp_path_factory.mktemp("influxd")) as database:
        yield database


@pytest.fixture
def unique() -> str:
    """A name no other test uses: topic prefix, database or client id."""
    return f"t{secrets.token_hex(4)}"


def pytest_report_header() -> list[str]:
    return [f"servers: {Mosquitto.version()}; {Influxd.version()}"]
