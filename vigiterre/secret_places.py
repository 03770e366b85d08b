"""Where the secrets of an installation are: files and environment variables that its settings and tables name."""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from vigiterre.settings import Settings

SECRET_KEYS = ("password_file", "token_file", "key_file")
BY_FILE, BY_VARIABLE = "file:", "env:"
WEB, MAIL = {"http", "https"}, {"smtp", "smtps"}
TOKEN = re.compile(r"(?=.*[0-9A-Z]).{12,}")
"""A part of an address that is more than a word of it."""
LONGEST = 4_096
"""Characters of a file that is one secret; what is longer holds a key, and is known by its form."""


class Places(NamedTuple):
    files: frozenset[Path]
    variables: frozenset[str]


def secret_places(settings: Settings, folder: Path) -> Places:
    """Of the settings and of every table of the configuration folder; paths are as they are written there."""
    named = list(_of_tables(folder))
    files = [Path(text) for kind, text in named if kind == BY_FILE]
    variables = frozenset(text for kind, text in named if kind == BY_VARIABLE)
    return Places(frozenset([*_of_settings(settings), *files]), variables)


def secret_values(settings: Settings, folder: Path) -> frozenset[str]:
    """Every secret this process may use, and the parts of those that are addresses. What cannot be read has none."""
    places = secret_places(settings, folder)
    given = (settings.mqtt.password, settings.store.password, settings.grafana.token, settings.authority.passphrase)
    values = [one.get_secret_value() for one in given if one]
    values += [os.environ.get(name, "") for name in places.variables]
    values += [_content(path) for path in places.files]
    return frozenset(part for value in values for part in _parts(value.strip()) if part)


def _of_settings(settings: Settings) -> Iterator[Path]:
    given = (
        *(settings.mqtt.password_file, settings.mqtt.key_file),
        *(settings.store.password_file, settings.grafana.token_file),
        *(settings.authority.key_file, settings.authority.passphrase_file),
    )
    yield from filter(None, given)


def _of_tables(folder: Path) -> Iterator[tuple[str, str]]:
    """(`file:` or `env:`, what is named); relative to the working directory, as the tables mean it."""
    for path in folder.glob("*.toml"):
        try:
            yield from _named_in(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):  # of a broken configuration too
            continue


def _named_in(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        for kind in (BY_FILE, BY_VARIABLE):
            if value.startswith(kind):
                yield kind, value.removeprefix(kind).strip()
        if key in SECRET_KEYS:
            yield BY_FILE, value
        return
    inner: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = ((key, one) for one in value)
    for name, one in inner:
        yield from _named_in(one, name)


def _content(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST + 1)
    except (OSError, ValueError):
        return ""
    return text if len(text) <= LONGEST else ""


def _parts(value: str) -> Iterator[str]:
    """The value; of an address also its password, and the parts that look like tokens. Its host stays readable."""
    if "\n" in value:
        return
    yield value
    try:
        address = urlsplit(value)
    except ValueError:
        return
    if not address.scheme or "//" not in value:
        return
    secrets = [address.password or ""]
    if address.scheme in WEB:
        yield f"{address.path}?{address.query}" if address.query else ""
    if address.scheme not in MAIL:
        texts = [*address.path.split("/"), *(text for _, text in parse_qsl(address.query))]
        texts += [] if address.scheme in WEB else re.split("[@:]", address.netloc)
        secrets += filter(TOKEN.fullmatch, texts)
    for text in secrets:
        yield from (text, unquote(text))
