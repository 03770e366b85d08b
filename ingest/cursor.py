"""How far a reader of the journal has come."""

import os
from pathlib import Path
from zlib import crc32

import structlog

log = structlog.get_logger()

SEQ_DIGITS = 20


class Cursor:
    """The seq of the last entry that is done, in a small file.

    It is not synced: after a power failure an older value, or none, may be there. Then what it stood for is done again,
    which changes nothing. A newer value than was saved is never there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> int:
        """0 when there is no file, or a damaged one (which is said): all that the journal keeps is then done again.

        Raises OSError.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return 0
        seq = content.partition(b" ")[0]
        if len(seq) > SEQ_DIGITS or not seq.isdigit() or content != _line(int(seq)):
            log.warning("cursor_damaged", file=str(self.path), content=repr(content[:64]), begins_again=True)
            return 0
        return int(seq)

    def save(self, seq: int) -> None:
        """Replace the file in one step. Raises OSError; the old value is then still there."""
        temporary = self.path.with_name(self.path.name + ".tmp")
        temporary.write_bytes(_line(seq))
        os.replace(temporary, self.path)  # noqa: PTH105  -- the usual name of this step


def _line(seq: int) -> bytes:
    return b"%d %08x\n" % (seq, crc32(b"%d" % seq))
