"""The performance, in a thread of its own: a week of history as fast as it is taken, then live readings, then stop.

History goes in time order across devices, six hours at a time, in arrays of at most 50 readings. When time is short
its middle is left out: the oldest hours were sent first, the last day is always sent, because people look at it.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from vigiterre.demo.faults import Fault
from vigiterre.demo.local_time import DAY_MS, HOUR_MS
from vigiterre.demo.players import Player, Timed
from vigiterre.demo.publisher import Publisher

WINDOW_MS = 6 * HOUR_MS
A_MESSAGE = 50
"""Readings in one array: some 15 kB, below every broker's limit."""
AHEAD = 5_000
"""Readings sent and not yet dealt with: what waits in the broker stays small, and the progress shown is true."""
TICK_SECONDS = 0.05
FAULT_SECONDS = 20.0

Faults = Callable[[int], Iterator[Fault]]
"""(now, ms) -> one message of each kind."""


def no_faults(_now: int) -> Iterator[Fault]:
    return iter(())


@dataclass(slots=True)
class Score:
    """What was played so far. Written by the stage's thread, read by others."""

    messages: int = 0
    readings: int = 0
    past: float = 0.0
    """Share of the history that is over, 0 to 1."""
    skipped_hours: int = 0
    """Of the history, for want of time."""
    live: bool = False


@dataclass
class Stage:
    players: Sequence[Player]
    publishers: Mapping[str, Publisher]
    """By domain."""
    clock: Callable[[], int]
    """Now, ms."""
    stopping: threading.Event
    score: Score = field(default_factory=Score)
    settled: Callable[[], int] | None = None
    """How many readings were dealt with at the other end; None where nobody can know."""

    def play_history(self, start: int, end: int, seconds: float | None) -> None:
        """Everything the devices sent in [start, end), ms. After `seconds` only the last day is still sent."""
        began = time.monotonic()
        last_day = end - DAY_MS
        for window in range(start, end, WINDOW_MS):
            until = min(window + WINDOW_MS, end)
            late = seconds is not None and time.monotonic() - began > seconds
            if late and until <= last_day:
                self.score.skipped_hours += (until - window) // HOUR_MS
                continue
            self._play_window(window, until)
            self.score.past = (until - start) / (end - start)
            if self.stopping.is_set():
                return

    def play_live(self, since: int, seconds: float | None, rate: float, faults: Faults = no_faults) -> None:
        """Each device in turn, `rate` messages a second, for `seconds` (None: until told to stop).

        A device sends what fell due at its own interval since its last message, and its current values. One of each
        fault at once, then one every 20 seconds.
        """
        self.score.live = True
        began, turns = time.monotonic(), 0
        heard = dict.fromkeys((player.device for player in self.players), since)
        self._send_faults(faults(self.clock()))
        fault_turns = 0
        while not self.stopping.wait(TICK_SECONDS):
            elapsed = time.monotonic() - began
            if seconds is not None and elapsed >= seconds:
                return
            for turn in range(turns, int(elapsed * rate)):
                self._play_current(self.players[turn % len(self.players)], heard)
            turns = max(turns, int(elapsed * rate))
            if elapsed // FAULT_SECONDS > fault_turns:
                fault_turns += 1
                self._send_fault_number(fault_turns - 1, faults)

    def settle(self, seconds: float) -> bool:
        """Wait until the broker has confirmed everything sent. True when it has."""
        deadline = time.monotonic() + seconds
        return all(one.settle(deadline) for one in set(self.publishers.values()))

    def _play_window(self, start: int, end: int) -> None:
        for player in self.players:
            due = player.due(start, end)
            while chunk := list(islice(due, A_MESSAGE)):
                self._send(player, chunk)
                self._wait_for_room()
                if self.stopping.is_set():
                    return

    def _play_current(self, player: Player, heard: dict[str, int]) -> None:
        now = self.clock()
        readings = [*player.due(heard[player.device], now), *filter(None, [player.current(now)])]
        heard[player.device] = now
        if readings:
            self._send(player, readings)

    def _send_faults(self, sent: Iterator[Fault]) -> None:
        for fault in sent:
            self.publishers[fault.player.domain].publish(fault.topic, fault.payload)
            self.score.messages += 1

    def _send_fault_number(self, number: int, faults: Faults) -> None:
        """The next of them, round and round."""
        made = list(faults(self.clock()))
        if made:
            self._send_faults(iter([made[number % len(made)]]))

    def _send(self, player: Player, readings: Sequence[Timed]) -> None:
        self.publishers[player.domain].publish(player.topic, player.payload(readings))
        self.score.messages += 1
        self.score.readings += len(readings)

    def _wait_for_room(self) -> None:
        while self.settled is not None and self.score.readings - self.settled() > AHEAD:
            if self.stopping.wait(TICK_SECONDS / 5):
                return
