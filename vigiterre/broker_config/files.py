"""The broker's files on disk: replaced whole, each at once, and put back as they were."""

import os
import pwd
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Self

from devices.files import put_whole
from vigiterre.broker_config.errors import BrokerRefused
from vigiterre.broker_config.render import Rendered


class Owner(NamedTuple):
    user: int
    group: int


class Kept(NamedTuple):
    """A file as it was."""

    content: bytes
    mode: int
    owner: Owner


class Files:
    """Those of one folder. Everything raises OSError with the file's name."""

    def __init__(self, folder: Path, account: str) -> None:
        self.folder = folder
        self._account = owner_of(account)

    def keep(self, names: Iterable[str]) -> "Before":
        """What is there now; a file that is not there will not be there again."""
        return Before(self, {name: _kept(self.folder / name) for name in names})

    def write(self, files: Mapping[str, Rendered]) -> None:
        for name, file in sorted(files.items()):
            owner = self._account if file.private else None
            replace(self.folder / name, file.content.encode(), file.mode, owner)

    def put(self, name: str, kept: Kept | None) -> None:
        if kept is None:
            (self.folder / name).unlink(missing_ok=True)
        else:
            replace(self.folder / name, *kept)


class Before(NamedTuple):
    files: Files
    kept: Mapping[str, Kept | None]

    def content(self, name: str) -> bytes:
        """Nothing of one that was not there."""
        kept = self.kept[name]
        return kept.content if kept else b""

    def differs_from(self, files: Mapping[str, Rendered]) -> list[str]:
        """Names of the files that would not say the same."""
        return [
            name
            for name, file in files.items()
            if (was := self.kept[name]) is None or was.content != file.content.encode()
        ]

    def put_back(self) -> Self:
        """Only what is not as it was."""
        for name, kept in self.kept.items():
            if _kept(self.files.folder / name) != kept:
                self.files.put(name, kept)
        return self


def replace(path: Path, content: bytes, mode: int, owner: Owner | None) -> None:
    """The whole file or the one before, whenever the machine stops; durable when this returns."""

    def finish(descriptor: int) -> None:
        if owner is not None and os.geteuid() == 0:
            os.fchown(descriptor, *owner)
        os.fchmod(descriptor, mode)

    try:
        put_whole(path, content, finish)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def owner_of(account: str) -> Owner:
    """Raises BrokerRefused where there is no such account."""
    try:
        found = pwd.getpwnam(account)
    except KeyError as error:
        raise BrokerRefused("no_account", account=account) from error
    return Owner(found.pw_uid, found.pw_gid)


def _kept(path: Path) -> Kept | None:
    try:
        state = path.stat()
        return Kept(path.read_bytes(), state.st_mode & 0o7777, Owner(state.st_uid, state.st_gid))
    except FileNotFoundError:
        return None
