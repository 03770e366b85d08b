"""The clock of this machine: a wrong one misdates readings, or has good ones refused as too old or from the future."""

import shutil
import subprocess
from datetime import UTC, datetime

from vigiterre.doctor.finding import Finding, error, number, ok, warning

YEARS = range(2026, 2100)
"""Before the first is before this program was written: a machine whose clock battery is flat starts in 1970 or 2000."""
DIFFERENCE = 5.0
"""s. Far above what a Date header's whole seconds explain, far below the 5 minutes a device may be ahead."""


def clock(now: float, ahead: float | None, synchronised: bool | None) -> list[Finding]:
    """`now` is our wall clock, s; `ahead` how far it is ahead of the store's; None is unknown."""
    shown = datetime.fromtimestamp(now, UTC)
    time = shown.strftime("%Y-%m-%dT%H:%M:%SZ")
    findings = [] if shown.year in YEARS else [error("clock.implausible", now=time)]
    if synchronised is None:
        findings.append(ok("clock.unknown"))
    else:
        findings.append(ok("clock.synchronised") if synchronised else warning("clock.not_synchronised"))
    if ahead is not None:
        apart = number(abs(ahead))
        differs = abs(ahead) > DIFFERENCE
        findings.append(
            warning("clock.differs", seconds=apart, now=time) if differs else ok("clock.agrees", seconds=apart)
        )
    return findings


def synchronised() -> bool | None:
    """What systemd knows of NTP; None where there is no systemd to ask."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603  -- no argument of anybody's
            [program, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())
