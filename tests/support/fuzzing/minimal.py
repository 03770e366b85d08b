"""A failing input made short: pieces are taken out as long as the same fault stays."""

from collections.abc import Callable

TRIES = 400


def minimal(data: bytes, fails: Callable[[bytes], bool], tries: int = TRIES) -> bytes:
    """The shortest found within so many tries; `data` itself fails."""
    size = max(1, len(data) // 2)
    while size and tries > 0:
        at = 0
        while at < len(data) and tries > 0:
            shorter = data[:at] + data[at + size :]
            tries -= 1
            if fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data
