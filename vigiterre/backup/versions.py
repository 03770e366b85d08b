"""Every file of ours below `data_dir`, what it is, and the versions of its format that this program knows."""

import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from alerts import book
from alerts.links import KEY_FILE
from dashboards.console.accounts import file as console
from devices.errors import NewerFormat, StoreUnavailable
from ingest import cursor, quarantine_sql, segment, session_file
from stores import sqlite, sqlite_file, touched
from vigiterre.backup import lines
from vigiterre.backup.manifest import Kind
from vigiterre.certificates.key_file import PLACE as AUTHORITY_KEY
from vigiterre.credentials import file as credentials

CURSOR, RELAY_CURSOR, QUARANTINE, ROLLUP_STATE = "store.cursor", "relay.cursor", "quarantine.sqlite", "rollup.sqlite"
CURSORS = (CURSOR, RELAY_CURSOR)
"""Of who reads the journal: the store and, in a worker, the relay."""
JOURNAL = "journal"
KNOWN: Mapping[Kind, int] = {
    "journal": segment.VERSION,
    "cursor": cursor.VERSION,
    "quarantine": quarantine_sql.VERSION,
    "rollup": touched.VERSION,
    "alerts": book.VERSION,
    "console": console.VERSION,
    "credentials": credentials.VERSION,
    "session": session_file.VERSION,
    "link_key": 1,
    "authority_key": 1,
    "store": sqlite.SCHEMA_VERSION,
    "readings": lines.VERSION,
    "rollups": lines.VERSION,
    "config": 1,
    "secrets": 1,
}
SECRETS: Mapping[str, Kind] = {KEY_FILE: "link_key", AUTHORITY_KEY.as_posix(): "authority_key"}
"""In a backup sealed, or not at all."""
NAMES: Mapping[str, Kind] = {
    CURSOR: "cursor",
    RELAY_CURSOR: "cursor",
    QUARANTINE: "quarantine",
    ROLLUP_STATE: "rollup",
    book.FILE: "alerts",
    console.FILE: "console",
    credentials.FILE: "credentials",
    **SECRETS,
}
SQLITE: frozenset[Kind] = frozenset({"quarantine", "rollup", "alerts", "console", "credentials", "store"})
_SESSION = re.compile(r"session(-.+)?\.json")
_NOTED = re.compile(rb"v(\d{1,9}) ")


def kind_of(name: str) -> Kind | None:
    """Of a path below data_dir; None for what is not ours, or not worth keeping (locks, sockets)."""
    folder, _, rest = name.rpartition("/")
    if folder == JOURNAL and segment.NAME.fullmatch(rest):
        return "journal"
    return NAMES.get(name) or ("session" if not folder and _SESSION.fullmatch(rest) else None)


def version_of(kind: Kind, path: Path) -> int:
    """The version of a file as it says itself, at least 1. Raises OSError, StoreUnavailable.

    A quarantine has its number since version 2, a cursor and a session file will have it from version 2 on.
    """
    if kind in SQLITE:
        with sqlite_file.said(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            return max(1, sqlite_file.user_version(file))
    if kind == "journal":
        with path.open("rb") as file:
            header = file.read(segment.HEADER.size)
        return (len(header) == segment.HEADER.size and segment.newer_version(header)) or segment.VERSION
    return version_in(kind, path.read_bytes()) if kind in ("cursor", "session") else KNOWN[kind]


def version_in(kind: Kind, content: bytes) -> int:
    """The same of a small file that is read whole."""
    if kind == "cursor":
        found = _NOTED.match(content)
        return int(found[1]) if found else 1
    try:
        read = json.loads(content)
    except ValueError:
        return 1
    return session_file.version_in(read) if isinstance(read, dict) else 1


def refuse_newer(kind: Kind, path: Path) -> None:
    """Raises NewerFormat, OSError, StoreUnavailable."""
    if (found := version_of(kind, path)) > KNOWN[kind]:
        raise NewerFormat(path, found, KNOWN[kind])


def refuse_damaged(path: Path) -> None:
    """Raises StoreUnavailable for a SQLite file that is not whole."""
    with sqlite_file.said(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        answer = file.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise StoreUnavailable(f"{path}: {answer}")
