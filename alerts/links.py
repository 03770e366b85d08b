"""Signed links by which a notice is acknowledged: each works once and for 72 hours.

A link is for a notice: it acknowledges all its alerts that are open and that nobody acknowledged, one or two hundred.

A link says nothing that is not in the notice; that nobody can forge it is all that protects it, so it is worth no
more than the channel it went by. Following it acknowledges nothing: mail scanners follow links. The page asks, by POST.
"""

import os
import sqlite3
import threading
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer

from alerts.notices.texts import LINKS
from devices.errors import VigiterreError
from devices.problems import Bilingual

SCHEMA = """
CREATE TABLE links (
    nonce TEXT PRIMARY KEY,
    used INTEGER NOT NULL
) WITHOUT ROWID
"""
KEY_FILE = "link.key"
KEY_BYTES = 32
LIFE_MS = 72 * 3_600_000
LONGEST = 1_000
"""Characters of a token we look at."""


class BadLink(VigiterreError):  # noqa: N818
    """A link that acknowledges nothing: forged, expired or used. Its words are for the page."""

    def __init__(self, code: str) -> None:
        super().__init__(Bilingual.of(LINKS[code]))
        self.code = code
        """`forged`, `expired` or `used`."""


class Claim(NamedTuple):
    """What a link says."""

    notice: str
    """Its id; the outbox knows its alerts."""
    who: str
    """The channel it went to."""
    nonce: str
    made: int
    """ms."""


class Links:
    """`connection` is that of alerts.sqlite, `lock` its lock; the time is an argument, so itsdangerous only signs."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock, key: bytes) -> None:
        self._db = connection
        self._lock = lock
        self._signer = URLSafeSerializer(key, salt="vigiterre acknowledge")

    def make(self, notice: str, who: str, now: int) -> str:
        """A token that may stand in a URL. `now` is ms."""
        return str(self._signer.dumps([notice, who, token_urlsafe(9), now]))

    def read(self, token: str, now: int) -> Claim:
        """What the page shows before it asks. Changes nothing. Raises BadLink."""
        try:
            claim = Claim(*self._signer.loads(token[:LONGEST]))
        except (BadSignature, TypeError):
            raise BadLink("forged") from None
        if not claim.made - LIFE_MS < now < claim.made + LIFE_MS:
            raise BadLink("expired")
        with self._lock:
            if self._db.execute("SELECT 1 FROM links WHERE nonce = ?", (claim.nonce,)).fetchone():
                raise BadLink("used")
        return claim

    def use(self, token: str, now: int) -> Claim:
        """The same, and it never works again: within the caller's transaction, that of the acknowledgement."""
        with self._lock:
            claim = self.read(token, now)
            self._db.execute("INSERT INTO links (nonce, used) VALUES (?, ?)", (claim.nonce, now)).close()
            self._db.execute("DELETE FROM links WHERE used < ?", (now - 2 * LIFE_MS,)).close()
        return claim


def read_key(data_dir: Path) -> bytes:
    """The secret of this installation, made the first time, readable by its account only. Raises OSError."""
    path = data_dir / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) >= KEY_BYTES:
            return key
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC, 0o600)  # a crash left it half written: no link was made
    key = token_bytes(KEY_BYTES)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
