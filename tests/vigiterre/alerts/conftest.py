"""An installation that has kept alerts: stopped, and with the alerts at work behind the control socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alerts_asked import CONFIG, ROOM, Running, alert, over, write

from alerts.book import FILE, Book
from alerts.load import AlertConfig, load_alerts
from alerts.rule import Level
from devices.load import load_registry
from devices.registry import Registry


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data_dir of an installation that has kept alerts and is stopped."""
    for name in ("LANGUAGE", "CONFIG", "STORE__URL", "MQTT__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    Book(tmp_path / "data" / FILE).close()
    return tmp_path / "data"


@pytest.fixture(scope="session")
def territory() -> tuple[Registry, AlertConfig]:
    registry = load_registry(CONFIG)
    return registry, load_alerts(CONFIG, registry)


@pytest.fixture
def running(data: Path, territory: tuple[Registry, AlertConfig]) -> Iterator[Running]:
    write(data, alert(1), alert(2, ROOM, "classroom_co2", level=Level.WARNING), over(3))
    made = Running(data, *territory)
    yield made
    made.stop()
