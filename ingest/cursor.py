"""How far a reader of the journal has come."""

import os
import re
from pathlib import Path
from zlib import crc32

import structlog

from devices.errors import NewerFormat
from devices.problems import NOTHING
from ingest.trouble import Trouble

log = structlog.get_logger()

SEQ_DIGITS = 20
VERSION = 1
"""A file of a later version says so: `v2 `, and what it likes. One that does not is of the first."""
LATER = re.compile(rb"v(\d{1,9}) ")


class Cursor:
    """The seq of the last entry that is done, in a small file.

    It is not synced: after a power failure an older value, or none, may be there. Then what it stood for is done again,
    which changes nothing. A newer value than was saved is never there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = NOTHING
        """Why the file cannot be written at the moment; empty when all is well."""

    def load(self) -> int:
        """0 when there is no file, or a damaged one (which is said): all that the journal keeps is then done again.

        Raises OSError, NewerFormat.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return 0
        if later := LATER.match(content):
            raise NewerFormat(self.path, int(later[1]), VERSION)
        seq = content.partition(b" ")[0]
        if len(seq) > SEQ_DIGITS or not seq.isdigit() or content != _line(int(seq)):
            log.warning("cursor_damaged", file=str(self.path), content=repr(content[:64]), begins_again=True)
            return 0
        return int(seq)

    def save(self, seq: int) -> None:
        """Replace the file in one step. When the disk refuses, the old value is still there, and `trouble` says so.

        Nobody need stop for that: after a crash, more is done again.
        """
        temporary = self.path.with_name(self.path.name + ".tmp")
        try:
            temporary.write_bytes(_line(seq))
            os.replace(temporary, self.path)  # noqa: PTH105  -- the usual name of this step
        except OSError as error:
            words = Trouble("cursor_failed", {"path": self.path, "detail": error.strerror}).words
            if words != self.trouble:
                log.error("cursor_not_saved", detail=str(words))  # noqa: TRY400  -- a state of the disk
            self.trouble = words
        else:
            self.trouble = NOTHING


def _line(seq: int) -> bytes:
    return b"%d %08x\n" % (seq, crc32(b"%d" % seq))
