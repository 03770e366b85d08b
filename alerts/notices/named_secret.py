"""Addresses and keys that a file only names: `env:VARIABLE` or `file:/run/secrets/name`."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from alerts.notices.plan import NONE
from devices.tables import REQUIRED, Table

ENVIRONMENT, FILE = "env:", "file:"


def read_secret(
    table: Table, key: str, environment: Mapping[str, str], default: str | object = REQUIRED, *, plain: bool = False
) -> SecretStr:
    """What is named under a key; nothing when it is missing, with the problem noted.

    `plain`: a URL without user and password may also stand in the file itself.
    """
    text = table.text(key, default)
    if text.startswith(ENVIRONMENT):
        return _variable(table, key, text.removeprefix(ENVIRONMENT).strip(), environment)
    if text.startswith(FILE):
        return _file(table, key, Path(text.removeprefix(FILE).strip()))
    if text and not (plain and _harmless(text)):
        table.problem(key, "secret_in_notify")
        return NONE
    return SecretStr(text)


def _variable(table: Table, key: str, name: str, environment: Mapping[str, str]) -> SecretStr:
    value = environment.get(name, "").strip()
    if not value:
        table.problem(key, "missing_variable", name=name)
    return SecretStr(value)


def _file(table: Table, key: str, path: Path) -> SecretStr:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        table.problem(key, "unreadable_secret", path=path, detail=detail)
        return NONE
    if not value:
        table.problem(key, "unreadable_secret", path=path, detail="0")
    return SecretStr(value)


def _harmless(text: str) -> bool:
    try:
        return "@" not in urlsplit(text).netloc
    except ValueError:
        return False
