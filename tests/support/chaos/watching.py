"""What the ingestor says of its own condition: /readyz, its alerts on itself, its log. Read from outside.

The alerts are those of the shipped rules on ourselves, with all their terms made short.
"""

import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from chaos.stage import Stage

RULES = Path(__file__).parents[3] / "config" / "rules.toml"
FIRST = "[rules.platform_broker]"
TERM = re.compile(r'^(for|keep_firing_for) = ".*"$', re.MULTILINE)
POLL_SECONDS = 0.1
OPENED = """
SELECT rule, resolved IS NULL AND NOT withdrawn FROM transitions JOIN alerts ON alerts.id = transitions.alert
WHERE rule LIKE 'platform%' AND rule != 'platform_quarantine' AND what IN ('fired', 'reopened') AND at >= ?
"""


def watch_platform(stage: Stage, fault: str, more: str = "") -> None:
    """Give the ingestor the rules on ourselves, and more of them, once a stage."""
    path = stage.config / "rules.toml"
    if path.exists():
        return
    mark = stage.mark()
    rules = RULES.read_text()
    path.write_text(TERM.sub(r'\1 = "0 s"', rules[rules.index(FIRST) :]) + more)
    stage.ingestor.send(signal.SIGHUP)
    if not came(lambda: "config_reloaded" in stage.log_since(mark)):
        stage.complain(fault, f"the rules on ourselves are not taken up: {stage.log_since(mark)[-500:]}")


def came(what: Callable[[], object], seconds: float = 20) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def said_by_readyz(stage: Stage, words: str) -> bool:
    status, checks = stage.status()
    return status == 503 and any(words in str(said) for said in flat(checks))


def flat(checks: object) -> list[object]:
    if isinstance(checks, dict):
        return [each for one in checks.values() for each in flat(one)]
    return [checks]


def alerts_on_ourselves(stage: Stage, since: int) -> tuple[Counter[str], Counter[str]]:
    """How often each rule on ourselves opened an alert since (ms), and which of them are open still.

    Not that of many refusals: there are many, by intention.
    """
    try:
        with closing(sqlite3.connect(f"file:{stage.data / 'alerts.sqlite'}?mode=ro", uri=True, timeout=5)) as book:
            rows = book.execute(OPENED, (since,)).fetchall()
    except sqlite3.OperationalError:
        return Counter(), Counter()
    return Counter(rule for rule, _ in rows), Counter(rule for rule, is_open in rows if is_open)
