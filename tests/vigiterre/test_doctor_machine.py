"""The doctor on the disk and the clock of this machine."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from examined import levels, words

from vigiterre.doctor.clock import clock
from vigiterre.doctor.disk import disk

NOW = 1_795_000_000.0


def test_a_good_disk_tells_its_free_space_and_its_sync_time(tmp_path: Path) -> None:
    findings = disk(tmp_path, 2**20, low=0, full=0)
    assert set(levels(findings)) >= {"disk.free", "disk.writable"}
    assert "ms" in words(findings)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("low", "full", "journal", "code", "level"),
    [
        (2**62, 0, 0, "disk.low", "warning"),
        (2**62, 2**62, 0, "disk.low", "error"),
        (0, 0, 2**62, "disk.journal_beyond", "warning"),
    ],
)
def test_too_little_room_is_said(tmp_path: Path, low: int, full: int, journal: int, code: str, level: str) -> None:
    assert levels(disk(tmp_path, journal, low=low, full=full))[code] == level


def test_a_folder_that_is_not_there_yet_is_not_created(tmp_path: Path) -> None:
    assert levels(disk(tmp_path / "a/b", 0, low=0, full=0))["disk.not_there"] == "ok"
    assert not (tmp_path / "a").exists()


def test_a_data_dir_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert levels(disk(tmp_path / "file", 0, low=0, full=0))["disk.unwritable"] == "error"


@pytest.mark.parametrize(
    ("now", "ahead", "synchronised", "expected"),
    [
        (NOW, 0.4, True, {"clock.synchronised": "ok", "clock.agrees": "ok"}),
        (NOW, -6.0, True, {"clock.synchronised": "ok", "clock.differs": "warning"}),
        (NOW, None, False, {"clock.not_synchronised": "warning"}),
        (NOW, None, None, {"clock.unknown": "ok"}),
        (86_400.0, None, True, {"clock.implausible": "error", "clock.synchronised": "ok"}),
    ],
)
def test_the_clock_is_judged(
    now: float, ahead: float | None, synchronised: bool | None, expected: Mapping[str, str]
) -> None:
    assert levels(clock(now, ahead, synchronised)) == expected
