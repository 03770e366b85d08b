"""What is wrong with ourselves, by the names that rules on ourselves use (`check = "store"`), in plain words."""

import shutil
import time
from collections import deque
from collections.abc import Callable, Mapping

from alerts.alerting import Alerting
from devices.problems import FEW, NOTHING, Bilingual, Language
from ingest.journal import What
from ingest.mqtt import State
from vigiterre import descriptors
from vigiterre.service import Service
from vigiterre.texts import said
from vigiterre.tls.terms import Terms
from vigiterre.worker import Worker

JOURNAL_SHARE = 0.7
"""Of max_bytes waiting to be stored: time to act before the broker has to wait."""
DISK_FREE, DISK_SHARE = 1 << 30, 0.1
"""Free bytes that are enough; of a small disk, this share."""
DISK_FULL = 4 << 20
"""Free bytes with which writing fails: what cannot be written then is said once, of the disk."""
EXPLAINED_SECONDS = 30
"""So long after the disk was full all is written again."""
RECENT_SECONDS = 600
REFUSED_LEAST, REFUSED_SHARE = 20, 0.1
"""Refused readings in RECENT_SECONDS, and their share of all, that are too many. Engineering judgement."""
STEP_MS = 60_000
"""A wall clock that jumps so far was set, or was wrong before."""
BRIEF_MS = 60_000
"""Devices need not be given a new term after the broker was away for no longer than this."""


BACKLOG_MS = 10_000
"""What the broker kept for us comes within it: 100,000 messages and more."""


class Checks:
    """Asked at each tick; what is slow to find out is remembered for a while."""

    def __init__(
        self,
        service: Service | Worker,
        state: Callable[[], State],
        foreign: Callable[[], Mapping[str, str]],
        terms: Terms,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._state = state
        self._foreign = foreign
        self._terms = terms
        self._monotonic = monotonic
        self._sessions_lost = state().session_lost
        self._session_lost_at = float("-inf")
        self._wall = WallClock()
        self._stepped_at = float("-inf")
        self._readings: deque[tuple[float, int, int]] = deque()
        self._damages = 0
        self._damaged_at = float("-inf")
        self._full_at = float("-inf")

    def words(self, now: int) -> dict[str, str]:
        """Name of a check -> "" when well. `now` is the wall clock, ms."""
        service, language = self._service, self._service.settings.language
        disk, exhausted = self._disk(), descriptors.trouble()
        found: dict[str, Bilingual | str] = {
            "broker": self._broker(language),
            "session": self._session(),
            "foreign": "; ".join(filter(None, self._foreign().values())),
            "workers": "",  # see vigiterre/alert_run.py
            "store": store_trouble(service),
            "journal": self._journal(language),
            "disk": disk,
            "files": self._files(exhausted),
            "descriptors": exhausted,
            "housekeeping": service.chores_trouble,
            "quarantine": self._refused(),
            "rules": self._rules() or service.ahead.trouble,
            "notices": self._notices(now),
            "clock": self._clock(now),
            **self._terms.words(now / 1000),
        }
        return {name: words.text(language) if isinstance(words, Bilingual) else words for name, words in found.items()}

    def _broker(self, language: Language) -> str:
        state = self._state()
        if state.link is not None:
            return state.link.text(language)
        return "" if state.connected else said("broker_away").text(language)

    def _session(self) -> Bilingual | str:
        state, now = self._state(), self._monotonic()
        if state.session_lost > self._sessions_lost:
            self._sessions_lost, self._session_lost_at = state.session_lost, now
        recent = now - self._session_lost_at < RECENT_SECONDS
        return said("session_lost") if recent else ""

    def _journal(self, language: Language) -> str:
        state, journal = self._state(), self._service.journal
        if state.journal is not None:
            explained = state.journal.code == "disk_full" and self._disk_was_full()
            return "" if explained else state.journal.text(language)
        if damaged := self._damage():
            return damaged.text(language)
        waiting = journal.undone_bytes(self._service.undone)
        if waiting < JOURNAL_SHARE * journal.max_bytes:
            return ""
        return said("journal_filling", percent=round(100 * waiting / journal.max_bytes)).text(language)

    def _disk(self) -> Bilingual | str:
        total, _, free = shutil.disk_usage(self._service.settings.data_dir)
        if free < DISK_FULL:
            self._full_at = self._monotonic()
        return said("disk_filling", free=free >> 20) if free < min(DISK_FREE, DISK_SHARE * total) else ""

    def _files(self, exhausted: Bilingual) -> Bilingual | str:
        """What cannot be written for another reason than that the disk is full or no descriptor is left."""
        service = self._service
        if exhausted or self._disk_was_full():
            return ""
        return files_trouble(service) or (service.alerting.trouble if isinstance(service, Service) else "")

    def _disk_was_full(self) -> bool:
        """Now, or a moment ago: what failed for it is not yet tried again."""
        return self._monotonic() - self._full_at < EXPLAINED_SECONDS

    def _damage(self) -> Bilingual | None:
        """Acknowledged records that were found lost in the last while; a torn end was never acknowledged."""
        found = [one for one in list(self._service.journal.recovered) if one.what is not What.TORN_TAIL]
        if len(found) > self._damages:
            self._damages, self._damaged_at = len(found), self._monotonic()
        if not found or self._monotonic() - self._damaged_at >= RECENT_SECONDS:
            return None
        files = ", ".join(dict.fromkeys(one.file for one in found[-FEW:]))
        unknown = any(one.records is None for one in found)
        records = sum(one.records or 0 for one in found)
        return said("journal_damaged", files=files, records=f">= {records}" if unknown else records)

    def _refused(self) -> Bilingual | str:
        counts, now = self._service.pipeline.counts, self._monotonic()
        self._readings.append((now, counts.received, counts.refused_total))
        while self._readings[0][0] < now - RECENT_SECONDS:
            self._readings.popleft()
        _, received_before, refused_before = self._readings[0]
        received, refused = counts.received - received_before, counts.refused_total - refused_before
        many = refused >= REFUSED_LEAST and refused > REFUSED_SHARE * received
        return said("many_refused", refused=refused, received=received) if many else ""

    def _rules(self) -> Bilingual | str:
        return rules_trouble(self._service.alerting) if isinstance(self._service, Service) else ""

    def _notices(self, now: int) -> str:
        failing = self._service.alerting.failing(now) if isinstance(self._service, Service) else ()
        return "; ".join(f"{one.channel}: {one.error}" for one in failing)

    def _clock(self, now: int) -> Bilingual | str:
        """The wall clock against one that nobody sets."""
        monotonic = self._monotonic()
        if self._wall.stepped(now, monotonic):
            self._stepped_at = monotonic
        return said("clock_stepped") if monotonic - self._stepped_at < RECENT_SECONDS else ""


def store_trouble(service: Service | Worker) -> Bilingual:
    """The pipeline waits for the quarantine as well, which is said of the files."""
    return NOTHING if service.pipeline.trouble == service.quarantine.trouble else service.pipeline.trouble


def files_trouble(service: Service | Worker) -> Bilingual:
    """Why something of our own cannot be written or read, the alerts apart: the first; its path is in it."""
    found = service.quarantine.trouble or service.journal.trouble or service.pipeline.cursor.trouble
    return found or (service.relay.cursor.trouble if isinstance(service, Worker) else NOTHING)


def rules_trouble(alerting: Alerting) -> Bilingual | str:
    broken = sorted(alerting.engine.broken)
    return said("rules_broken", rules=", ".join(broken)) if broken else ""


class WallClock:
    """Compared with a clock that nobody sets."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def stepped(self, now: int, monotonic: float) -> bool:
        """Whether it was set since it was asked last; ms, and seconds."""
        before, self._offset = self._offset, now - monotonic * 1000
        return before is not None and abs(self._offset - before) > STEP_MS


class Ear:
    """Since when we hear the devices: what silence is counted from, so that it is theirs and not ours."""

    def __init__(self) -> None:
        self._since = 0
        self._away: int | None = None
        self._sessions_lost = 0
        self._first = True
        self._listens_from = 0
        self._wall = WallClock()

    def hearing(self, state: State, now: int, monotonic: float) -> int | None:
        """ms; 0 for always, None while we cannot hear. `now` is the wall clock, `monotonic` seconds of one nobody sets.

        After a start the broker gives us what it kept for our session, so nothing was missed, but it takes a moment to
        come. If it kept none, or was away itself for more than a minute, the devices are given their whole term again;
        after less, as long to be back as it was away. A wall clock that was set made nobody silent: the whole term too.
        """
        if self._wall.stepped(now, monotonic):
            self._since, self._listens_from = now, now + BACKLOG_MS
            self._away = None if self._away is None else now
        if not state.connected:
            if not self._first and self._away is None:
                self._away = now
            return None
        lost = state.session_lost > self._sessions_lost
        away = 0 if self._away is None else now - self._away
        if lost or away > BRIEF_MS:
            self._since = now
        elif self._first or away:
            self._listens_from = now + max(away, BACKLOG_MS)
        self._first, self._away, self._sessions_lost = False, None, state.session_lost
        return self._since if now >= self._listens_from else None
