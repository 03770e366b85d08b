"""Fixtures every room may use: one real broker and one real InfluxDB for the whole run."""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from beside import Beside, waits
from canaries import OF_A_PERSON, OF_EVERY_PROCESS, files_below, leaks

from servers import Influxd, Mosquitto


def pytest_configure() -> None:
    """Side by side, each run is told how wide the terminal is; tables that are no terminal's have no width."""
    os.environ.pop("COLUMNS", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Beside | None:
    """None: whatever was asked for."""
    return Beside(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait for servers begin first: nobody waits for them alone in the end."""
    items.sort(key=lambda item: not waits(item.path))


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield broker


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with Influxd(tmp_path_factory.mktemp("influxd")) as database:
        yield database


@pytest.fixture(scope="session", autouse=True)
def no_log_holds_a_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all tests: what every process was given, and what people signed in with, is in none of their logs."""
    yield
    logs = files_below(tmp_path_factory.getbasetemp(), (".log",))
    assert leaks(logs, {"of every process": OF_EVERY_PROCESS, "of a person": OF_A_PERSON}) == []


@pytest.fixture
def unique() -> str:
    """A name no other test uses: topic prefix, database or client id."""
    return f"t{secrets.token_hex(4)}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """At the end, where it is still on the screen: what all this was tried on."""
    terminalreporter.write_line(f"servers: {version_of(Mosquitto)}; {version_of(Influxd)}")


def version_of(server: type[Mosquitto | Influxd]) -> str:
    """Tests that need no server run without one."""
    try:
        return server.version().partition(" (")[0]
    except RuntimeError as missing:
        return str(missing)
