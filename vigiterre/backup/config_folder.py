"""The configuration folder: what of it goes into a backup, and what of it holds a secret."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vigiterre.secret_places import secret_places
from vigiterre.settings import Settings

SECRET_FOLDERS = {"secrets"}
SECRET_SUFFIXES = (".key", ".env", ".p12", ".pfx")
PRIVATE = b"PRIVATE KEY-----"
LOOKED_AT = 64 * 1024


class Sorted(NamedTuple):
    """Paths below the folder, in order."""

    kept: list[str]
    secret: list[str]
    left_out: list[str]


def sort_files(folder: Path, settings: Settings) -> Sorted:
    """Raises OSError. A link to a file counts as the file; one to a folder is left out."""
    found = Sorted([], [], [])
    named = {path.resolve() for path in secret_places(settings, folder).files}
    for name in sorted(_names(folder)):
        path = folder / name
        secret = path.resolve() in named or looks_secret(name, path)
        (found.left_out if not path.is_file() else found.secret if secret else found.kept).append(name)
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
