"""The running process on this data_dir: is there one, what does it say of itself, how far behind is it."""

import fcntl
import json
import os
from pathlib import Path
from typing import NamedTuple

import urllib3
from prometheus_client.parser import text_string_to_metric_families

from ingest.cursor import Cursor
from ingest.journal_reader import JournalReader
from vigiterre.control import SOCKET
from vigiterre.doctor.certificates import own_address, presented
from vigiterre.doctor.disk import account
from vigiterre.doctor.finding import Finding, error, ok, warning
from vigiterre.settings import ConsoleSettings, Settings

SECONDS = 5.0
LAGGING = 10_000
"""Messages; twice the batch of the pipeline: less is in hand, not behind."""
SILENT = 900
"""s. Twenty devices that report every ten minutes leave no such gap."""


class Pages(NamedTuple):
    """What a running process said of itself."""

    checks: dict[str, str]
    numbers: dict[str, float]


def process(settings: Settings) -> list[Finding]:
    data_dir = settings.data_dir
    try:
        pid = holder(data_dir / "journal" / "lock")
        if pid is None:
            lag = JournalReader(data_dir / "journal").last - Cursor(data_dir / "store.cursor").load()
            # Not an error by itself: the doctor is also asked before the first start.
            return [warning("process.stopped", path=data_dir, lag=max(lag, 0))]
    except OSError as fault:
        return [warning("process.denied", path=data_dir, user=account(), detail=fault.strerror)]
    if not (data_dir / SOCKET).exists():
        return [ok("process.busy", pid=pid, path=data_dir)]
    if settings.console.address()[1] == 0:
        return [ok("process.pages_unknown")]
    try:
        pages = ask(settings.console)
    except (urllib3.exceptions.HTTPError, OSError, ValueError, KeyError, TypeError) as fault:
        return [error("process.no_pages", bind=settings.console.bind, detail=type(fault).__name__)]
    return judge(pages, pid)


def holder(lock: Path) -> str | None:
    """The pid of whoever has this data_dir; None for nobody. Raises OSError.

    By the journal's lock, which the kernel takes back from a killed process, unlike the control socket. We hold it,
    shared, for microseconds; a `run` that starts just then fails and is started again by its supervisor.
    """
    try:
        fd = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(fd, 20, 0).decode("ascii", "replace").strip() or "?"
    finally:
        os.close(fd)
    return None


def ask(console: ConsoleSettings) -> Pages:
    """`/readyz` and `/metrics`.

    Raises HTTPError of urllib3 and OSError; ValueError, KeyError, TypeError for another program.
    """
    with _pool(console) as pool:
        ready = json.loads(pool.request("GET", "/readyz").data)
        text = pool.request("GET", "/metrics").data.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return Pages(dict(ready["checks"]), {sample.name: sample.value for sample in samples if not sample.labels})


def _pool(console: ConsoleSettings) -> urllib3.HTTPConnectionPool:
    """By https to whoever shows the certificate that is shown there now: its name is not this machine's own."""
    host, port = own_address(console)
    if console.cert_file is None:
        return urllib3.HTTPConnectionPool(host, port, timeout=SECONDS, retries=False)
    fingerprint = presented(host, port).fingerprint.hex()
    return urllib3.HTTPSConnectionPool(
        host, port, timeout=SECONDS, retries=False, cert_reqs="CERT_NONE", assert_fingerprint=fingerprint
    )


def judge(pages: Pages, pid: str) -> list[Finding]:
    wrong = {name: words for name, words in pages.checks.items() if words}
    findings = [error("process.unready", name=name, detail=words) for name, words in wrong.items()]
    lag = int(pages.numbers.get("vigiterre_journal_lag_messages", 0))
    if lag > LAGGING:
        findings.append(warning("process.lagging", lag=lag))
    age = pages.numbers.get("vigiterre_ingest_last_message_age_seconds", 0.0)
    if age > SILENT:
        findings.append(warning("process.silent", seconds=round(age)))
    return findings if wrong else [ok("process.ready", lag=lag, pid=pid), *findings]
