"""Remembers that a broker keeps a session of ours, so that its absence is noticed: messages may be lost then."""

import json
from collections.abc import Mapping
from pathlib import Path

import structlog

from ingest.broker import Broker

log = structlog.get_logger()

VERSION = 1
"""A file of a later version names it under "version"; one that does not is of the first."""


def session_expected(path: Path, broker: Broker) -> bool:
    """True when this broker once granted this client id a session. An unreadable file expects nothing."""
    known, expected = _read(path), session_of(broker)
    return all(known.get(key) == expected[key] for key in ("broker", "client_id"))


def subscribed_before(path: Path, broker: Broker) -> list[str]:
    """The filters this session was last subscribed to: those that are no longer wanted must be given up."""
    filters = _read(path).get("filters", []) if session_expected(path, broker) else []
    return [one for one in filters if isinstance(one, str)] if isinstance(filters, list) else []


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        log.warning("mqtt_session_file_unreadable", path=str(path), detail=str(error))
        return {}
    found = found if isinstance(found, dict) else {}
    if version_in(found) > VERSION:  # what is lost is the warning about a lost session
        log.warning("mqtt_session_file_newer", path=str(path), version=version_in(found), known=VERSION)
        return {}
    return found


def version_in(found: Mapping[str, object]) -> int:
    version = found.get("version", VERSION)
    return version if isinstance(version, int) else VERSION


def remember_session(path: Path, broker: Broker) -> None:
    if _read(path) == session_of(broker):
        return
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(session_of(broker)))
        new.replace(path)
    except OSError as error:
        # Not worth a connection: what is lost is the warning about a lost session.
        log.warning("mqtt_session_file_unwritable", path=str(path), detail=str(error))


def session_of(broker: Broker) -> dict[str, object]:
    return {"broker": broker.address, "client_id": broker.client_id, "filters": broker.filters}
