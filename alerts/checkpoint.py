"""The memory of the engine goes to the book part by part: all of it at once would hold people's notices back.

Ten thousand devices took a third of a second, every half minute; in parts no tick takes more than about 20 ms.
"""

from typing import NamedTuple

from alerts.book import Book, Kept
from alerts.engine import Engine
from alerts.keeping import pack

CHECKPOINT_MS = 30_000
PARTS, LEAST = 20, 200
"""Written in so many parts, one at each tick, of at least so many devices."""


class Part(NamedTuple):
    devices: frozenset[str]
    kept: Kept
    watched: frozenset[tuple[str, str]]
    gone: frozenset[tuple[str, str]]
    """Watches (rule, device) that are calm again."""
    last: bool
    stands_for: int


class Checkpoint:
    """One per Alerting, asked at its ticks.

    Parts may be newer than the seq that all of them stand for: what came in between is judged again after a crash, and
    a reading judged twice changes nothing.
    """

    def __init__(self, engine: Engine, book: Book, now: int) -> None:
        self._engine = engine
        self._book = book
        self._began = now
        self._waiting: list[str] = []
        """Devices still to be written down."""
        self._stands_for = 0
        self._watched = {(rule, device) for rule, device, _ in book.state().watches}
        """Those in the book."""

    def due(self, now: int, done: int) -> bool:
        """Whether a part is to be written now, ms; `done` is the seq up to which all was judged."""
        if not self._waiting and now - self._began >= CHECKPOINT_MS:
            self.begin(now, done)
            return True
        return bool(self._waiting)

    def hasten(self) -> None:
        """The next one is due at the next tick: the journal keeps what it stands for, and has no room left."""
        self._began -= CHECKPOINT_MS

    def begin(self, now: int, done: int) -> None:
        self._began, self._stands_for = now, done
        self._waiting = list({*self._engine.desks, *(device for _, device in self._watched)})

    def next_part(self, *, whole: bool = False) -> Part:
        """Call it when `Engine.changes` has just been asked."""
        desks = self._engine.desks
        count = len(self._waiting) if whole else max(LEAST, -(-len(desks) // PARTS))
        names, rest = self._waiting[:count], self._waiting[count:]
        self._engine.forget(names)
        chosen = frozenset(names)
        watched = frozenset((rule, device) for device in names if device in desks for rule in desks[device].watches)
        gone = frozenset(one for one in self._watched if one[1] in chosen) - watched
        return Part(chosen, pack(self._engine, names), watched, gone, not rest, self._stands_for)

    def write(self, part: Part, done: int) -> None:
        """Raises StoreUnavailable."""
        with self._book.transaction():
            self._book.write_state(part.kept, part.gone)
            if part.last:
                self._book.note("sampled", part.stands_for)
                self._book.note("done", done)

    def written(self, part: Part) -> bool:
        """Whether that was all."""
        self._waiting = [] if part.last else [name for name in self._waiting if name not in part.devices]
        self._watched = self._watched - part.gone | part.watched
        return part.last

    def refused(self) -> None:
        """The part comes again, and nothing counts as written."""
        for desk in self._engine.desks.values():
            desk.packed = ()
