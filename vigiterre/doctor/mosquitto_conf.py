"""What a mosquitto.conf says about keeping messages. Read only when given: a broker does not tell its own settings."""

import os
import pwd
import re
import stat
from pathlib import Path

from vigiterre.doctor.finding import Finding, error, ok, warning

DEFAULTS = {
    "persistence": "false",
    "autosave_interval": "1800",
    "autosave_on_changes": "false",
    "max_queued_messages": "1000",
    "max_queued_bytes": "0",
    "persistence_location": "",
    "persistent_client_expiration": "",
    "user": "mosquitto",
}
"""man 5 mosquitto.conf, version 2.0."""
WEEK_HOURS = 7 * 24
HOURS = {"h": 1, "d": 24, "w": 168, "m": 730, "y": 8760}


def mosquitto_configuration(file: Path) -> list[Finding]:
    """Findings about durability, `broker.conf_right` when there is none to complain of."""
    try:
        given = DEFAULTS | read(file)
    except (OSError, UnicodeDecodeError) as fault:
        return [error("broker.conf_unreadable", file=file, detail=getattr(fault, "strerror", None) or fault)]
    if given["persistence"].lower() != "true":
        return [error("broker.no_persistence", file=file, value=given["persistence"]), *_queue(file, given)]
    findings = [*_autosave(file, given), *_queue(file, given), *_session(file, given), *_location(file, given)]
    return findings or [ok("broker.conf_right", file=file, folder=given["persistence_location"])]


def read(file: Path) -> dict[str, str]:
    """Key -> value, the last one winning, `include_dir` followed in its own order. Raises OSError."""
    given: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        key, _, value = line.strip().partition(" ")
        value = value.strip()
        if key == "include_dir":
            for included in sorted(Path(value).glob("*.conf")):
                given |= read(included)
        elif key and not key.startswith("#"):
            given[key] = value
    return given


def _autosave(file: Path, given: dict[str, str]) -> list[Finding]:
    wanted = {"autosave_on_changes": "true", "autosave_interval": "1"}
    wrong = {key: given[key] for key, value in wanted.items() if given[key].lower() != value}
    return [warning("broker.no_autosave", file=file, key=key, value=value) for key, value in list(wrong.items())[:1]]


def _queue(file: Path, given: dict[str, str]) -> list[Finding]:
    limits = ("max_queued_messages", "max_queued_bytes")
    return [error("broker.queue_limited", file=file, key=key, value=given[key]) for key in limits if given[key] != "0"]


def _session(file: Path, given: dict[str, str]) -> list[Finding]:
    value = given["persistent_client_expiration"]
    found = re.fullmatch(r"(\d+)([hdwmy])", value)
    if found is None or int(found[1]) * HOURS[found[2]] >= WEEK_HOURS:
        return []
    return [warning("broker.session_expires", file=file, value=value)]


def _location(file: Path, given: dict[str, str]) -> list[Finding]:
    folder, user = Path(given["persistence_location"]), given["user"]
    facts = {"file": file, "folder": folder, "user": user}
    try:
        state = folder.stat()
    except OSError:
        return [error("broker.no_location", **facts)]
    if stat.S_ISDIR(state.st_mode) and _may_write(folder, state, user):
        return []
    return [error("broker.location_unwritable", **facts)]


def _may_write(folder: Path, state: os.stat_result, user: str) -> bool:
    """By the account mosquitto runs as; by our own where that account does not exist."""
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        return os.access(folder, os.W_OK | os.X_OK)
    if account.pw_uid == 0:
        return True
    if account.pw_uid == state.st_uid:
        return bool(state.st_mode & stat.S_IWUSR)
    if state.st_gid in os.getgrouplist(user, account.pw_gid):
        return bool(state.st_mode & stat.S_IWGRP)
    return bool(state.st_mode & stat.S_IWOTH)
