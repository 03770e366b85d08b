"""The configuration folder: what of it goes into a backup, and what holds a secret and stays out."""

import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from vigiterre.settings import Settings

SECRET_FOLDERS = {"secrets"}
SECRET_SUFFIXES = (".key", ".env", ".p12", ".pfx")
SECRET_KEYS = ("password_file", "token_file", "key_file")
PRIVATE = b"PRIVATE KEY-----"
LOOKED_AT = 64 * 1024
BY_FILE = "file:"


class Sorted(NamedTuple):
    """Paths below the folder, in order."""

    kept: list[str]
    left_out: list[str]


def sort_files(folder: Path, settings: Settings, *, with_secrets: bool = False) -> Sorted:
    """Raises OSError. A link to a file counts as the file; one to a folder is left out."""
    found = Sorted([], [])
    named = {path.resolve() for path in (*_of_settings(settings), *_of_tables(folder))}
    for name in sorted(_names(folder)):
        path = folder / name
        secret = not with_secrets and (path.resolve() in named or looks_secret(name, path))
        (found.kept if path.is_file() and not secret else found.left_out).append(name)
    return found


def looks_secret(name: str, path: Path) -> bool:
    """By its place, its name, or because a private key is in it."""
    parts = name.split("/")
    if SECRET_FOLDERS & set(parts[:-1]) or parts[-1].startswith(".env") or parts[-1].endswith(SECRET_SUFFIXES):
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return PRIVATE in file.read(LOOKED_AT)


def _names(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in (*files, *links):
            yield (here / name).relative_to(folder).as_posix()


def _of_settings(settings: Settings) -> Iterator[Path]:
    given = (
        *(settings.mqtt.password_file, settings.mqtt.key_file),
        *(settings.store.password_file, settings.grafana.token_file),
    )
    yield from filter(None, given)


def _of_tables(folder: Path) -> Iterator[Path]:
    """Files with secrets that tables of the folder name; relative to the working directory, as they mean it."""
    for path in folder.glob("*.toml"):
        try:
            yield from _named_in(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):  # a backup of a broken configuration is a backup too
            continue


def _named_in(value: Any, key: str = "") -> Iterator[Path]:
    if isinstance(value, str):
        if value.startswith(BY_FILE):
            yield Path(value.removeprefix(BY_FILE).strip())
        elif key in SECRET_KEYS:
            yield Path(value)
        return
    inner: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = ((key, one) for one in value)
    for name, one in inner:
        yield from _named_in(one, name)
