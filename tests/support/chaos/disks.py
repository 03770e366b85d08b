"""Small disks of memory, for root: mounted where they are asked for, unmounted in the end whatever happens."""

import atexit
import errno
import os
import subprocess
from pathlib import Path

FILLING = "filled-by-chaos"
PIECE = 64 * 1024


def small_disk(place: Path, mebibytes: int) -> Path:
    """A tmpfs. It is unmounted when this process ends; until then `unmount`."""
    place.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "chaos", str(place)], check=True)
    atexit.register(unmount, place)
    return place


def unmount(place: Path) -> None:
    """Even while it is in use; once is enough."""
    if os.path.ismount(place):
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def fill(disk: Path) -> None:
    """To the last byte."""
    with (disk / FILLING).open("ab", buffering=0) as file:
        for piece in (PIECE, 1):
            try:
                while file.write(bytes(piece)) == piece:
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def free(disk: Path) -> None:
    (disk / FILLING).unlink(missing_ok=True)


def may_mount() -> bool:
    return os.geteuid() == 0
