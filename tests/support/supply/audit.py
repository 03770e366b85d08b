"""Known vulnerabilities of every pinned package, by pip-audit and the OSV database: what is found fails `make check`.

Where the database cannot be asked (no network), nothing was found and nothing was looked for: that is said, and the
check goes on. Whether it can is tried, not read from an error's words: pip-audit ends with 1 for both.
"""

import argparse
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[3]
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-uv.lock")
"""requirements-run.lock is a part of the first: a test compares."""
SECONDS = 15


class Verdict(NamedTuple):
    code: int
    words: str


def audit(locks: Sequence[Path], service: str = "") -> Verdict:
    """`service` is the address of another OSV database than the public one."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--vulnerability-service", "osv"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", str(SECONDS)]
    command += ["--osv-url", service] if service else []
    command += [word for lock in locks for word in ("--requirement", str(lock))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return _unreported(done.stderr, service)
    return _judged(packages)


def _judged(packages: list[dict[str, Any]]) -> Verdict:
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'none'}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    if found:
        return Verdict(1, "\n".join([f"pip-audit: {len(found)} known vulnerabilities", *found]))
    return Verdict(0, f"pip-audit: nothing known against {len(packages)} packages")


def _unreported(words: str, service: str) -> Verdict:
    """pip-audit gave no report: for want of the database, or because something is wrong."""
    if trouble := _trouble(service):
        return Verdict(0, f"pip-audit: NOT LOOKED FOR, the database of vulnerabilities cannot be asked ({trouble})")
    return Verdict(1, f"pip-audit failed:\n{words.strip()}")


def _trouble(service: str) -> str:
    """Why the database cannot be asked, "" when it can."""
    from pip_audit._service.osv import (  # type: ignore[import-untyped]  # noqa: PLC0415  -- says which address it asks
        OsvService,
    )

    request = urllib.request.Request(service or OsvService.DEFAULT_OSV_URL, b"{}", {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=SECONDS).close()
    except urllib.error.HTTPError as error:
        error.close()
        return "" if error.code < 500 else f"HTTP {error.code}"
    except OSError as error:
        return str(error)
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", default="", help="address of an OSV database, else the public one")
    parser.add_argument("locks", nargs="*", type=Path, default=LOCKS)
    given = parser.parse_args()
    verdict = audit(given.locks, given.service)
    sys.stderr.write(verdict.words + "\n")
    sys.exit(verdict.code)


if __name__ == "__main__":
    main()
