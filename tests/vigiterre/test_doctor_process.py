"""The doctor on the process: running, stopped, killed, or not ours."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from examined import levels, settings

from devices.errors import VigiterreError
from devices.reading import Message
from ingest.journal import Journal
from servers import Influxd
from vigiterre.doctor.process import Pages, judge, process
from vigiterre.settings import ConsoleSettings


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A data_dir that a process has: this one."""
    with Journal(tmp_path / "journal", max_bytes=2**20, max_age_ms=0):
        yield tmp_path


def test_a_stopped_process_is_said_even_when_a_killed_one_left_its_files(tmp_path: Path) -> None:
    assert levels(process(settings(tmp_path))) == {"process.stopped": "warning"}
    with Journal(tmp_path / "journal", max_bytes=2**20, max_age_ms=0) as journal:
        journal.append([Message("vigiterre/road/x/up", b"{}", 1)])
    (tmp_path / "control.sock").touch()
    [finding] = process(settings(tmp_path))
    assert finding.code == "process.stopped"
    assert "1 messages" in finding.found.fr


def test_a_command_that_works_alone_is_no_failed_service(held: Path) -> None:
    [finding] = process(settings(held))
    assert (finding.code, finding.level) == ("process.busy", "ok")
    assert str(os.getpid()) in finding.found.fr


def test_pages_that_are_another_programs_are_said(held: Path, influxd: Influxd) -> None:
    (held / "control.sock").touch()
    bind = ConsoleSettings(bind=f"127.0.0.1:{influxd.port}")
    findings = process(settings(held).model_copy(update={"console": bind}))
    assert levels(findings) == {"process.no_pages": "error"}


def test_looking_does_not_take_the_lock_away(held: Path) -> None:
    process(settings(held))
    with pytest.raises(VigiterreError):
        Journal(held / "journal", max_bytes=2**20, max_age_ms=0)


def test_what_readyz_complains_of_is_repeated() -> None:
    lag, age = "vigiterre_journal_lag_messages", "vigiterre_ingest_last_message_age_seconds"
    findings = judge(Pages({"broker": "", "store": "la base est partie"}, {lag: 20_000.0, age: 5_000.0}), "7")
    assert levels(findings) == {
        "process.unready": "error",
        "process.lagging": "warning",
        "process.silent": "warning",
    }
    assert "la base est partie" in findings[0].found.fr
    assert levels(judge(Pages({"broker": "", "store": ""}, {lag: 3.0}), "7")) == {"process.ready": "ok"}
