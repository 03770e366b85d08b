"""How long the certificates last that are files of ours.

Said a month ahead to whoever reads the alerts, and again in the last week to whoever is on call. See docs/adr/0055.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from devices.problems import NOTHING, Bilingual
from vigiterre.settings import Settings
from vigiterre.tls.certificate import Certificate, read_certificates
from vigiterre.tls.shown import Shown
from vigiterre.tls.texts import said

log = structlog.get_logger(__name__)

SOON_DAYS, URGENT_DAYS = 30, 7
"""Before its end: an order takes weeks, and what renews itself does so earlier; within a week somebody must come."""
LOOK_SECONDS = 60.0
SOON, URGENT = "certificate", "certificate_urgent"
"""Names of the checks that rules on ourselves use."""


class Term(NamedTuple):
    """One certificate that is watched."""

    path: Path
    certificate: Certificate


class Terms:
    """Files are read once a minute; one that cannot be read is left to `vigiterre doctor` and to who needs it."""

    def __init__(
        self, settings: Settings, shown: Shown | None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._shown = shown
        self._monotonic = monotonic
        self._read_at = float("-inf")
        self._of_files: dict[str, Term] = {}

    def all(self) -> Mapping[str, Term]:
        """`pages`, `client`, `authority`, `broker` -> its certificate; of the pages the one that is in force."""
        now = self._monotonic()
        if now - self._read_at >= LOOK_SECONDS:
            self._read_at, self._of_files = now, dict(_of_files(self._settings))
        shown = self._shown
        return (
            self._of_files if shown is None else {"pages": Term(shown.pair.cert, shown.certificate), **self._of_files}
        )

    def words(self, now: float) -> dict[str, Bilingual]:
        """Name of each of the two checks -> NOTHING when well. `now` is s."""
        refused = NOTHING if self._shown is None else self._shown.refused
        return {
            SOON: _joined([refused, *self._ending(SOON_DAYS, now)]),
            URGENT: _joined(self._ending(URGENT_DAYS, now)),
        }

    def _ending(self, days: int, now: float) -> list[Bilingual]:
        return [_said_of(name, one, now) for name, one in self.all().items() if one.certificate.days(now) < days]


class Expiry(Collector):
    """Of /metrics: when each of them ends."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "vigiterre_certificate_expiry_time_seconds",
            "When a certificate ends, Unix time",
            labels=["certificate"],
        )
        for name, one in self._terms.all().items():
            family.add_metric([name], one.certificate.ends.timestamp())
        yield family


def _of_files(settings: Settings) -> Iterator[tuple[str, Term]]:
    """Our own, those of the authority we trust, and what the broker of this machine shows.

    Of several authorities the last one counts: while one is replaced by the next, both are in the file.
    """
    mqtt, broker = settings.mqtt, settings.broker
    if (found := _read(mqtt.cert_file)) is not None:
        yield "client", Term(found[0], found[1][0])
    if (found := _read(mqtt.ca_file)) is not None:
        yield "authority", Term(found[0], max(found[1], key=lambda one: one.ends))
    if (found := _read(broker.cert_file)) is not None:
        yield "broker", Term(found[0], found[1][0])


def _read(path: Path | None) -> tuple[Path, list[Certificate]] | None:
    if path is None:
        return None
    try:
        return path, read_certificates(path)
    except (OSError, ValueError) as fault:
        log.debug("certificate_not_read", path=str(path), detail=type(fault).__name__)
        return None


def _said_of(name: str, one: Term, now: float) -> Bilingual:
    key = "ended" if one.certificate.over(now) else "ends"
    return said(key, what=said(f"of_{name}"), path=one.path, ends=one.certificate.end_date)


def _joined(words: list[Bilingual]) -> Bilingual:
    told = [one for one in words if one]
    return Bilingual("; ".join(one.french for one in told), "; ".join(map(str, told)))
