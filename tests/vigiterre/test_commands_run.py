"""`vigiterre run --only`: what keeps a part of the work from being done apart is said before anything begins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.journal import JournalLocked
from vigiterre.alert_service import AlertService
from vigiterre.service import Service
from vigiterre.settings import Settings
from vigiterre.worker import Worker

CONFIG = Path(__file__).parent.parent.parent / "config"


def vigiterre(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vigiterre", *arguments],
        env={
            **os.environ,
            "VIGITERRE_CONFIG": str(CONFIG),
            "VIGITERRE_DATA_DIR": str(folder),
            "VIGITERRE_LANGUAGE": "en",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("command", "only", "url"),
    [("run", "ingest", ""), ("run", "alerts", "memory:"), ("check", "ingest", "sqlite:///x.db")],
)
def test_a_part_of_the_work_needs_a_store_that_all_reach(tmp_path: Path, command: str, only: str, url: str) -> None:
    answer = vigiterre(tmp_path, command, "--only", only, VIGITERRE_STORE__URL=url)
    assert answer.returncode == 1
    assert "influxdb://" in answer.stderr
    assert not list(tmp_path.iterdir())


def test_a_configuration_for_a_part_of_the_work_is_right(tmp_path: Path) -> None:
    url = "influxdb://127.0.0.1:8086/telemetry"
    assert vigiterre(tmp_path, "check", "--only", "ingest", VIGITERRE_STORE__URL=url).returncode == 0


def test_what_waits_for_a_process_of_a_part_is_not_done_by_one_of_everything(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "alerts", store={"url": "memory:"})
    AlertService(settings, CONFIG).close()
    answer = vigiterre(settings.data_dir, "replay", "--from", "2020-01-01", "--to", "2100-01-01")
    assert answer.returncode == 1
    assert "--only alerts" in answer.stderr
    settings = Settings(data_dir=tmp_path / "worker", store={"url": "memory:"})
    Worker(settings, CONFIG).close()
    answer = vigiterre(
        settings.data_dir, "replay", "--from", "2020-01-01", "--to", "2100-01-01", VIGITERRE_STORE__URL="memory:"
    )
    assert answer.returncode == 0, answer.stderr
    assert not (settings.data_dir / "alerts.sqlite").exists()


KINDS = (Service, Worker, AlertService)


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_two_processes_never_share_a_folder(
    tmp_path: Path, first: type[Service | Worker], second: type[Service | Worker]
) -> None:
    settings = Settings(data_dir=tmp_path, store={"url": "memory:"})
    one = first(settings, CONFIG)
    with pytest.raises(JournalLocked):
        second(settings, CONFIG)
    one.close()
    second(settings, CONFIG).close()
