"""What is wrong with ourselves, by the names that rules on ourselves use (`check = "store"`), in plain words."""

import shutil
import time
from collections import deque
from collections.abc import Callable, Mapping

from alerts.alerting import Alerting
from devices.problems import Bilingual, Language
from ingest.mqtt import State
from vigiterre.service import Service
from vigiterre.texts import said

JOURNAL_SHARE = 0.7
"""Of max_bytes waiting to be stored: time to act before the broker has to wait."""
DISK_FREE = 1 << 30
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
        service: Service,
        state: Callable[[], State],
        foreign: Callable[[], Mapping[str, str]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._state = state
        self._foreign = foreign
        self._monotonic = monotonic
        self._sessions_lost = state().session_lost
        self._session_lost_at = float("-inf")
        self._offset: float | None = None
        self._stepped_at = float("-inf")
        self._readings: deque[tuple[float, int, int]] = deque()

    def words(self, now: int) -> dict[str, str]:
        """Name of a check -> "" when well. `now` is the wall clock, ms."""
        service, language = self._service, self._service.settings.language
        found: dict[str, Bilingual | str] = {
            "broker": self._broker(language),
            "session": self._session(),
            "foreign": "; ".join(filter(None, self._foreign().values())),
            "store": service.pipeline.trouble,
            "journal": self._journal(language),
            "disk": self._disk(),
            "housekeeping": service.chores_trouble,
            "quarantine": self._refused(),
            "rules": rules_trouble(service.alerting) or service.ahead.trouble,
            "notices": self._notices(now),
            "clock": self._clock(now),
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
            return state.journal.text(language)
        waiting = journal.undone_bytes(self._service.undone)
        if waiting < JOURNAL_SHARE * journal.max_bytes:
            return ""
        return said("journal_filling", percent=round(100 * waiting / journal.max_bytes)).text(language)

    def _disk(self) -> Bilingual | str:
        free = shutil.disk_usage(self._service.settings.data_dir).free
        return said("disk_filling", free=free >> 20) if free < DISK_FREE else ""

    def _refused(self) -> Bilingual | str:
        counts, now = self._service.pipeline.counts, self._monotonic()
        self._readings.append((now, counts.received, counts.refused_total))
        while self._readings[0][0] < now - RECENT_SECONDS:
            self._readings.popleft()
        _, received_before, refused_before = self._readings[0]
        received, refused = counts.received - received_before, counts.refused_total - refused_before
        many = refused >= REFUSED_LEAST and refused > REFUSED_SHARE * received
        return said("many_refused", refused=refused, received=received) if many else ""

    def _notices(self, now: int) -> str:
        failing = self._service.alerting.failing(now)
        return "; ".join(f"{one.channel}: {one.error}" for one in failing)

    def _clock(self, now: int) -> Bilingual | str:
        """The wall clock against one that nobody sets."""
        monotonic = self._monotonic()
        offset = now - monotonic * 1000
        if self._offset is not None and abs(offset - self._offset) > STEP_MS:
            self._stepped_at = monotonic
        self._offset = offset
        return said("clock_stepped") if monotonic - self._stepped_at < RECENT_SECONDS else ""


def rules_trouble(alerting: Alerting) -> Bilingual | str:
    broken = sorted(alerting.engine.broken)
    return said("rules_broken", rules=", ".join(broken)) if broken else ""


class Ear:
    """Since when we hear the devices: what silence is counted from, so that it is theirs and not ours."""

    def __init__(self) -> None:
        self._since = 0
        self._away: int | None = None
        self._sessions_lost = 0
        self._first = True
        self._listens_from = 0

    def hearing(self, state: State, now: int) -> int | None:
        """ms; 0 for always, None while we cannot hear.

        After a start the broker gives us what it kept for our session, so nothing was missed, but it takes a moment to
        come. If it kept none, or was away itself for more than a minute, the devices are given their whole term again;
        after less, as long to be back as it was away.
        """
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
