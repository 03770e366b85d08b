"""How a link treats the bytes of one direction: it delays, slows and stalls them, and keeps their order."""

import random
import time
from dataclasses import dataclass


@dataclass
class Link:
    """Settings, read anew for each chunk. Seconds, bytes per second.

    A lossy link is one that stalls: TCP hides a lost segment, and what is behind it waits for the retransmission, at
    least 200 ms on Linux and twice as long each time. Nothing is ever missing or out of order inside a connection.
    """

    latency: float = 0.0
    jitter: float = 0.0
    speed: float = 0.0
    """0 is as fast as it goes."""
    loss: float = 0.0
    """Share of chunks that stall."""

    def clear(self) -> None:
        self.latency = self.jitter = self.speed = self.loss = 0.0


class Lane:
    """One direction of one connection."""

    def __init__(self, link: Link, random: random.Random) -> None:
        self._link = link
        self._random = random
        self._free = 0.0

    @property
    def piece(self) -> int:
        """Bytes that may go at once: a tenth of a second's."""
        return max(1, int(self._link.speed / 10)) if self._link.speed else 65_536

    def due(self) -> float:
        """Monotonic time at which a chunk read now goes on; never before the one read before it."""
        link, wait = self._link, self._link.latency
        wait += self._random.uniform(0, link.jitter) if link.jitter else 0
        if link.loss and self._random.random() < link.loss:
            wait += 0.2 * 2 ** self._random.randrange(3)
        self._free = max(self._free, time.monotonic() + wait)
        return self._free

    def seconds_for(self, size: int) -> float:
        return size / self._link.speed if self._link.speed else 0.0
