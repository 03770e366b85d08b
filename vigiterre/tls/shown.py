"""The certificate that new connections are shown, renewed while the process runs."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from pathlib import Path

import structlog

from devices.problems import NOTHING, Bilingual, Language
from vigiterre.settings import ConsoleSettings
from vigiterre.tls.certificate import Certificate
from vigiterre.tls.pair import Loaded, Pair, Unusable, cautions, load, pair_of
from vigiterre.tls.texts import said

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0
CHECK = "certificate"

Stamp = tuple[tuple[int, ...], ...]


class Shown:
    """Raises Unusable when there is nothing to begin with.

    Each handshake asks which context is in force. So a renewed pair is taken up whole or not at all, and whoever is
    connected stays so. Loading it into the context that listens would leave half of a broken pair in there.
    """

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.refused: Bilingual = NOTHING
        """Why the files as they are now are not in force."""
        self._stamp = stamp_of(pair)
        self._loaded = load(pair)
        self.context = self._loaded.context
        """To listen with."""
        self.context.sni_callback = self._choose
        for words in cautions(pair, self.certificate, time.time()):
            log.warning("certificate_doubtful", detail=str(words))

    @property
    def certificate(self) -> Certificate:
        return self._loaded.certificate

    def look(self) -> None:
        """Take the files up if they changed, or could not be used when they were looked at last."""
        stamp = stamp_of(self.pair)
        if stamp == self._stamp and not self.refused:
            return
        self._stamp = stamp
        try:
            loaded = load(self.pair)
        except Unusable as fault:
            self._keep(fault)
        else:
            self._take(loaded)

    async def watch(self) -> None:
        """Once a minute, for ever."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            self.look()

    def trouble(self, now: float) -> Bilingual:
        """What whoever looks after the process must know; `now` is s."""
        if self.refused:
            return self.refused
        over = self.certificate.over(now)
        return said("over", path=self.pair.cert, ends=self.certificate.end_date) if over else NOTHING

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _of: ssl.SSLContext) -> None:
        connection.context = self._loaded.context

    def _keep(self, fault: Unusable) -> None:
        refused = said("kept", why=fault.words, ends=self.certificate.end_date)
        if refused != self.refused:
            log.error("certificate_kept", detail=str(refused))
        self.refused = refused

    def _take(self, loaded: Loaded) -> None:
        self.refused, self._loaded = NOTHING, loaded
        log.info("certificate_renewed", name=self.certificate.name, until=self.certificate.end_date)
        for words in cautions(self.pair, self.certificate, time.time()):
            log.warning("certificate_doubtful", detail=str(words))


def shown_of(console: ConsoleSettings) -> Shown | None:
    """None where the pages have no TLS. Raises Unusable."""
    pair = pair_of(console)
    return None if pair is None else Shown(pair)


def certificate_checks(shown: Shown | None, language: Language) -> Mapping[str, str]:
    """For /readyz; nothing where the pages have no TLS."""
    return {} if shown is None else {CHECK: shown.trouble(time.time()).text(language)}


def stamp_of(pair: Pair) -> Stamp:
    """Differs when either file was written, replaced, linked elsewhere, or made readable."""
    return _stamp(pair.cert), _stamp(pair.key)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size
