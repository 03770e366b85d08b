"""Remembers that a broker keeps a session of ours, so that its absence is noticed: messages may be lost then."""

import json
from pathlib import Path

import structlog

from ingest.broker import Broker

log = structlog.get_logger()


def session_expected(path: Path, broker: Broker) -> bool:
    """True when this broker once granted this client id a session. An unreadable file expects nothing."""
    try:
        return bool(json.loads(path.read_text()) == session_of(broker))
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        log.warning("mqtt_session_file_unreadable", path=str(path), detail=str(error))
        return False


def remember_session(path: Path, broker: Broker) -> None:
    if session_expected(path, broker):
        return
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(session_of(broker)))
        new.replace(path)
    except OSError as error:
        # Not worth a connection: what is lost is the warning about a lost session.
        log.warning("mqtt_session_file_unwritable", path=str(path), detail=str(error))


def session_of(broker: Broker) -> dict[str, str]:
    return {"broker": broker.address, "client_id": broker.client_id}
