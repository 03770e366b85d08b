"""The log itself."""

import sys
from pathlib import Path

import pytest
import structlog

from vigiterre import logs
from vigiterre.settings import LogSettings


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_log_on_a_full_disk_stops_nobody(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    full = Path("/dev/full").open("w")  # noqa: SIM115  -- closing it fails
    monkeypatch.setattr(sys, "stderr", full)
    try:
        logs.configure(LogSettings(format=form))
        log = structlog.get_logger()
        for number in range(1_000):
            log.warning("said", number=number, detail="x" * 100)
        try:
            1 // 0  # noqa: B018
        except ZeroDivisionError:
            log.exception("failed")
    finally:
        structlog.configure(**before)
        with pytest.raises(OSError, match="No space left"):
            full.close()
