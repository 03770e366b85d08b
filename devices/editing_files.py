"""The inventory's files: read, tried with an edit before anything is written, and written if nobody else was faster."""

import errno
import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from devices.editing import Inventory, diff
from devices.errors import ConfigError
from devices.files import replace_whole
from devices.load import DEVICES, PLACEMENTS, load_registry
from devices.problems import Problem

REMEMBERED = 16
"""States of the files of which can be said what was changed since."""
Check = Callable[[Path], object]
"""Loads a configuration folder. Raises ConfigError with all that is wrong with it."""
Edit = Callable[[Inventory], Inventory]


class Overtaken(Exception):  # noqa: N818  -- an answer, no mistake of ours
    """The files are not what the form was made of. `changes` is a unified diff, or "" where nobody knows any more."""

    def __init__(self, changes: str) -> None:
        super().__init__(changes)
        self.changes = changes


class Trial(NamedTuple):
    """An edit that was not written."""

    before: Inventory
    after: Inventory
    seen: str
    """Fingerprint of the files it was made of."""
    diff: str
    problems: list[Problem]


class InventoryFiles:
    """`devices.csv` and `placements.csv` of a configuration folder. All functions block; safe from several threads."""

    def __init__(self, folder: Path, check: Check = load_registry) -> None:
        self.folder = folder
        self._check = check
        self._writing = threading.Lock()
        self._states: OrderedDict[str, Inventory] = OrderedDict()

    def obstacle(self) -> str:
        """Why nothing can be written there: `read_only`, `permission`, or "" when it can."""
        for name in (DEVICES, PLACEMENTS):
            folder = (self.folder / name).resolve().parent
            if os.statvfs(folder).f_flag & os.ST_RDONLY:
                return "read_only"
            if not os.access(folder, os.W_OK | os.X_OK):
                return "permission"
        return ""

    def read(self) -> tuple[Inventory, str]:
        """(As it stands, its fingerprint). Raises ConfigError."""
        try:
            found = self._now()
        except OSError as error:
            raise ConfigError([Problem(DEVICES, "", "unreadable_file", {"detail": error.strerror})]) from error
        seen = _fingerprint(found)
        with self._writing:
            self._remember(seen, found)
        return found, seen

    def attempt(self, edit: Edit, seen: str = "") -> Trial:
        """The edit on the files as they stand, and what would be wrong then. Nothing is written.

        Raises Overtaken when they are not those of the fingerprint `seen`, if that is given, and ConfigError when they
        cannot be read.
        """
        before, now = self.read()
        if seen and seen != now:
            raise Overtaken(self._changes(seen, before))
        try:
            after = edit(before)
        except UnicodeEncodeError as error:
            letter = error.object[error.start]
            return Trial(before, before, now, "", [Problem(DEVICES, "", "not_in_encoding", {"value": letter})])
        except (ValueError, StopIteration) as error:
            raise ConfigError([Problem(DEVICES, "", "not_csv")]) from error
        return Trial(before, after, now, diff(before, after), self._problems(after))

    def write(self, trial: Trial) -> None:
        """Raises ConfigError for a trial with problems, Overtaken, and OSError; nothing is written then."""
        if trial.problems:
            raise ConfigError(trial.problems)
        with self._writing:
            now = self._now()
            if _fingerprint(now) != trial.seen:
                raise Overtaken(self._changes(trial.seen, now))
            self._write(trial.before, trial.after)
            self._remember(_fingerprint(trial.after), trial.after)

    def _write(self, before: Inventory, after: Inventory) -> None:
        """Placements first: with them alone, the configuration is right at any moment, but for a corrected place."""
        if after.placements is not None and after.placements != before.placements:
            replace_whole(self.folder / PLACEMENTS, after.placements)
        if after.devices == before.devices:
            return
        try:
            replace_whole(self.folder / DEVICES, after.devices)
        except OSError:
            self._undo(before, after)
            raise

    def _undo(self, before: Inventory, after: Inventory) -> None:
        if after.placements == before.placements:
            return
        if before.placements is None:
            (self.folder / PLACEMENTS).unlink(missing_ok=True)
        else:
            replace_whole(self.folder / PLACEMENTS, before.placements)

    def _now(self) -> Inventory:
        placements = self.folder / PLACEMENTS
        return Inventory((self.folder / DEVICES).read_bytes(), placements.read_bytes() if placements.exists() else None)

    def _problems(self, after: Inventory) -> list[Problem]:
        """What the loader says of the whole folder with the changed files in it."""
        with tempfile.TemporaryDirectory(prefix="vigiterre-") as name:
            trial = Path(name)
            for path in self.folder.resolve().iterdir():
                if path.name not in (DEVICES, PLACEMENTS):
                    (trial / path.name).symlink_to(path)
            (trial / DEVICES).write_bytes(after.devices)
            if after.placements is not None:
                (trial / PLACEMENTS).write_bytes(after.placements)
            try:
                self._check(trial)
            except ConfigError as error:
                return error.problems
        return []

    def _remember(self, seen: str, found: Inventory) -> None:
        self._states[seen] = found
        self._states.move_to_end(seen)
        while len(self._states) > REMEMBERED:
            self._states.popitem(last=False)

    def _changes(self, seen: str, now: Inventory) -> str:
        known = self._states.get(seen)
        return diff(known, now) if known else ""


def obstacle_of(error: OSError) -> str:
    """Of a write that failed: `read_only`, `permission`, or `failed`."""
    if error.errno in (errno.EROFS, errno.EBUSY):  # busy: a single file that a container was given
        return "read_only"
    return "permission" if error.errno in (errno.EACCES, errno.EPERM) else "failed"


def _fingerprint(inventory: Inventory) -> str:
    parts = [inventory.devices, b"-" if inventory.placements is None else b"+" + inventory.placements]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
