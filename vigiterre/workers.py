"""The workers that pass readings on to us: which there are, how they are, and whether all devices are heard by them.

mosquitto goes on giving a worker that is gone its share of the messages, and keeps them until it is back
(docs/scaling.md): while one is missing, a device that nobody hears may be heard by it later, and is not silent.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from pydantic import ValidationError

from devices.problems import NOTHING, Bilingual
from ingest.broker import WEEK_S
from ingest.live import Sign, signs
from ingest.mqtt import State
from vigiterre.checks import BRIEF_MS
from vigiterre.texts import said

log = structlog.get_logger(__name__)

QUIET_MS = 10_000
"""Without a sign for so long a worker is missing: it gives one every 2 s."""
SKEW_MS = 10_000
LAG_MS = 10_000
"""What it passes on is older than this: it is reading a backlog."""
SAVED_EVERY_MS = 60_000
FORGOTTEN_MS = WEEK_S * 1000
"""The broker keeps nothing longer for who is away."""


@dataclass
class Worker:
    heard: int
    """When, ms, by our clock."""
    sign: Sign | None = None
    """None: not heard since our start."""
    skew: int = 0
    """By how much its clock is ahead of ours, ms, its way here included."""


class Workers:
    """`path` remembers them: after a start we wait for those there were, and not for nobody."""

    def __init__(self, path: Path, clock: Callable[[], int], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._monotonic = monotonic
        self._known = {name: Worker(heard) for name, heard in _read(path).items()}
        self._heard_at: dict[str, float] = {}
        self._began = self._unfit_since = monotonic()
        self._fit = False
        self._gaps = 0
        """How often we had not heard all of them for more than BRIEF_MS."""
        self._saved = 0
        self.faulty = 0
        """Signs that could not be read."""

    @property
    def heard(self) -> int:
        """How many we hear now."""
        return sum(not self._quiet(name) for name in self._known)

    @property
    def missing(self) -> list[str]:
        """Those we heard before, and do not hear now."""
        return sorted(name for name in list(self._known) if self._quiet(name))

    def hear(self, name: str, payload: bytes) -> None:
        """A sign of life came."""
        try:
            sign = signs.validate_json(payload)
        except ValidationError as error:
            self.faulty += 1
            log.warning("worker_not_understood", worker=name, detail=str(error).replace("\n", " ")[:300])
            return
        now = self._clock()
        if name not in self._known:
            log.info("worker_heard", worker=name)
            self._saved = 0
        self._known[name] = Worker(now, sign, sign["time"] - now)
        self._heard_at[name] = self._monotonic()
        self._save(now)

    def words(self) -> Bilingual:
        """What is wrong with them, for a check named `workers`; NOTHING when all is well."""
        if self._monotonic() - self._began < QUIET_MS / 1000:
            return NOTHING  # they have not had time to be heard
        if not self._known:
            return said("no_worker")
        if self.missing:
            return said("workers_missing", workers=", ".join(self.missing), file=self._path.name)
        wrong = [name for name, one in self._known.items() if one.sign and abs(one.skew) > SKEW_MS]
        if wrong:
            return said("workers_clocks", workers=", ".join(sorted(wrong)))
        away = [name for name, one in self._known.items() if one.sign and not one.sign["connected"]]
        return said("workers_unconnected", workers=", ".join(sorted(away))) if away else NOTHING

    def checks(self) -> dict[str, str]:
        """What they say is wrong with themselves: name of a check -> words, with the names of the workers."""
        found: dict[str, list[str]] = {}
        for name, one in sorted(self._known.items()):
            if one.sign is not None and not self._quiet(name):
                for check, words in one.sign["checks"].items():
                    found.setdefault(check, []).append(f"{name}: {words}")
        return {check: "; ".join(words) for check, words in found.items()}

    def state(self, ours: State) -> State:
        """As the Ear of a process that receives for itself would see it: connected is who hears all devices."""
        fit = ours.connected and bool(self._known) and all(map(self._hears, self._known))
        now = self._monotonic()
        if fit and not self._fit and (now - self._unfit_since) * 1000 > BRIEF_MS:
            self._gaps += 1
        if not fit and self._fit:
            self._unfit_since = now
        self._fit = fit
        return replace(ours, connected=fit, session_lost=ours.session_lost + self._gaps)

    def _hears(self, name: str) -> bool:
        one = self._known[name]
        well = one.sign is not None and one.sign["connected"] and one.sign["lag"] < LAG_MS
        return well and abs(one.skew) <= SKEW_MS and not self._quiet(name)

    def _quiet(self, name: str) -> bool:
        return self._monotonic() - self._heard_at.get(name, float("-inf")) > QUIET_MS / 1000

    def _save(self, now: int) -> None:
        """Not worth a process: without the file we wait for nobody after a start."""
        if now - self._saved < SAVED_EVERY_MS:
            return
        self._saved = now
        for name in [name for name, one in self._known.items() if now - one.heard > FORGOTTEN_MS]:
            del self._known[name]
        new = self._path.with_name(self._path.name + ".new")
        try:
            new.write_text(json.dumps({name: one.heard for name, one in self._known.items()}))
            new.replace(self._path)
        except OSError as error:
            log.warning("workers_not_saved", path=str(self._path), detail=error.strerror)


def _read(path: Path) -> dict[str, int]:
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        log.warning("workers_not_read", path=str(path), detail=str(error))
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: heard for name, heard in found.items() if isinstance(heard, int)}
