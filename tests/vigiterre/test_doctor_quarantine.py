"""The doctor names who sends more than it may, and who takes more room than it may."""

import sqlite3
from pathlib import Path

import pytest

from devices.errors import NewerFormat
from devices.reading import Message, Reason, Refusal
from ingest.quarantine import Quarantine, Row
from vigiterre.doctor.quarantine import DAY_MS, quarantine

NOW = 1_795_608_000_000


def row(seq: int, device: str, reason: Reason, *, known: bool = True, received: int = NOW) -> Row:
    message = Message(f"vigiterre/road/{device}/up", b"x" * 500, received - seq)
    return Row(seq, -1, message, Refusal(reason, "why", device), device if known else "")


def test_nothing_is_said_of_a_quarantine_that_is_missing_empty_or_ordinary(tmp_path: Path) -> None:
    assert quarantine(tmp_path, NOW) == []
    with Quarantine(tmp_path / "quarantine.sqlite", 1 << 40, 1 << 30, 0.1) as opened:
        assert quarantine(tmp_path, NOW) == []
        opened.add([row(n, "d1", Reason.SCHEMA) for n in range(1, 50)])
        assert quarantine(tmp_path, NOW) == []


def test_a_device_over_its_limit_in_the_last_day_is_named_with_the_remedy(tmp_path: Path) -> None:
    with Quarantine(tmp_path / "quarantine.sqlite", 1 << 40, 1 << 30, 0.1) as opened:
        opened.add([row(n, "mad", Reason.TOO_OFTEN) for n in range(1, 8)])
        opened.add([row(n, "once-mad", Reason.TOO_OFTEN, received=NOW - 2 * DAY_MS) for n in range(8, 12)])
    [found] = quarantine(tmp_path, NOW)
    assert (found.code, found.level) == ("quarantine.too_often", "warning")
    assert found.found.en.startswith("mad: 7 readings refused")
    assert found.found.fr.startswith("mad : 7 mesures refusées")
    assert "limits.readings_per_hour" in found.remedy.fr


@pytest.mark.parametrize(
    ("known", "code", "who"), [(True, "quarantine.cut", "mad"), (False, "quarantine.cut_strangers", "strangers")]
)
def test_who_takes_more_than_its_share_is_named(known: bool, code: str, who: str, tmp_path: Path) -> None:
    with Quarantine(tmp_path / "quarantine.sqlite", 1 << 40, 1 << 20, 0.1) as opened:
        opened.add([row(n, "mad", Reason.SCHEMA, known=known) for n in range(1, 1_000)])
    [found] = quarantine(tmp_path, NOW)
    assert (found.code, found.level) == (code, "warning")
    assert found.found.en.startswith(f"{who}: ")


def test_a_file_of_a_newer_version_is_for_the_command_to_tell(tmp_path: Path) -> None:
    with Quarantine(tmp_path / "quarantine.sqlite", 1 << 40, 1 << 20):
        pass
    with sqlite3.connect(tmp_path / "quarantine.sqlite") as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerFormat):
        quarantine(tmp_path, NOW)
