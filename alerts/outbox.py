"""The outbox: every notice that must go out, until its channel confirmed it. At least once, and never after that.

Orders come in within the transaction of the alerts that caused them. `take` gives the next notice of a channel: what
waits for it of one group. Its id is on the disk before it is sent, and stays when it is sent again, so that a
receiver can tell a repetition. Every row ends in exactly one outcome: sent, superseded or given up.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import uuid4

from alerts import outbox_sql as sql
from alerts.dispatch import TOLD, NoticeKind, Order
from alerts.outbox_sql import SCHEMA
from alerts.rule import Level
from alerts.turns import HOUR_MS, Row, Sent, Turn, next_turn

__all__ = ("SCHEMA", "Bundle", "Failing", "Line", "Outbox")

WAITING, SUPERSEDED, GIVEN_UP = "", "superseded", "given_up"
FIRST_MS, CAP_MS = 5_000, 600_000
"""Pauses between the tries of a notice: 5 s, 10 s, ... 10 min."""
TRIES = 3
"""After so many a channel is said to fail; a notice is not given up before, however old it is."""
DAY_MS = 86_400_000
KEEP_MS = 90 * DAY_MS
LOOKED_AT = 2_000
"""Rows of a channel that are weighed at once, the gravest first: a channel that is down for long has more."""
ERROR_KEPT = 300
BEGINS = (NoticeKind.FIRING, NoticeKind.REOPENED)
SURELY = (*BEGINS, NoticeKind.LEVEL)
"""Told of a critical alert although it ended meanwhile."""


class Bundle(NamedTuple):
    """One notice: what is said at once on one channel."""

    notice: str
    channel: str
    rows: tuple[Row, ...]
    digest: bool = False
    """It holds several groups, because the channel may not send more notices."""

    @property
    def alerts(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(row.alert for row in self.rows))


class Line(NamedTuple):
    """One row as `rows` lists it. Times are ms."""

    id: int
    alert: int
    kind: str
    channel: str
    level: int
    made: int
    due: int
    notice: str
    tries: int
    error: str
    outcome: str
    """`sent`, `superseded`, `given_up`; "" while it waits."""
    done: int
    """0 while it waits."""


class Failing(NamedTuple):
    """A channel that does not take its notices."""

    channel: str
    waiting: int
    """Rows that were tried three times or more."""
    given_up: int
    """Rows given up in the last day."""
    error: str
    """The newest."""


class Outbox:
    """The table in alerts.sqlite. Safe from several threads; `lock` is that of the connection."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._db = connection
        self._lock = lock

    def add(self, orders: Iterable[Order], now: int) -> set[str]:
        """Put orders in, within the caller's transaction if there is one. The channels that have something new."""
        with self._transaction():
            return {name for order in orders for name in self._put(order, now)}

    def take(self, channel: str, now: int, max_per_hour: int = 0) -> Bundle | None:
        """The notice that may go out now, or None. The same one again until it is `sent` or `failed`."""
        with self._lock:
            turn = self._turn(channel, now, max_per_hour)
            if turn is None or turn.at > now:
                return None
            known = turn.rows[0].notice
            notice = known or uuid4().hex
            if not known:
                with self._transaction():
                    self._each(sql.ASSIGN, [(notice, row.id) for row in turn.rows])
            return Bundle(notice, channel, turn.rows, turn.digest)

    def next_due(self, channel: str, now: int, max_per_hour: int = 0) -> int | None:
        """When `take` will have something, ms, if nothing is added; None when nothing waits."""
        with self._lock:
            turn = self._turn(channel, now, max_per_hour)
        return None if turn is None else turn.at

    def sent(self, bundle: Bundle, now: int) -> None:
        """The channel confirmed: these rows never go again."""
        with self._transaction():
            self._each(sql.CONFIRM, [(now, row.id) for row in bundle.rows])

    def failed(self, bundle: Bundle, error: str, now: int, *, give_up: int, jitter: float = 1.0) -> int:
        """Try again later, or give up what is older than `give_up` ms. How many rows were given up.

        The pause doubles with each try; `jitter` in (0, 1] shortens it.
        """
        pause = round(min(CAP_MS, FIRST_MS * 2 ** min(bundle.rows[0].tries, 10)) * jitter)
        late = [row.id for row in bundle.rows if now - row.made >= give_up and row.tries >= TRIES]
        with self._transaction():
            self._each(sql.RETRY, [(error[:ERROR_KEPT], now + pause, row.id) for row in bundle.rows])
            self._close(late, GIVEN_UP, now)
        return len(late)

    def supersede(self, rows: Collection[Row], now: int) -> None:
        """Nobody need be told any more."""
        with self._transaction():
            self._close([row.id for row in rows], SUPERSEDED, now)

    def postpone(self, rows: Collection[Row], until: int) -> None:
        """Not before `until`, ms; in a notice of their own, unless they were tried already."""
        with self._transaction():
            self._each(sql.POSTPONE, [(until, row.id) for row in rows])

    def tidy(self, channels: Collection[str], now: int, *, give_up: int, keep: int = KEEP_MS) -> int:
        """Give up what waits for a channel that is gone since `give_up` ms; forget what is done since `keep` ms.

        How many rows were given up.
        """
        with self._transaction():
            old = self._db.execute(sql.OLD, (now - give_up,)).fetchall()
            gone = [row for row, channel in old if channel not in channels]
            self._close(gone, GIVEN_UP, now)
            self._db.execute(sql.FORGET, (now - keep,)).close()
        return len(gone)

    def waiting(self) -> dict[str, int]:
        """Rows that wait, by channel."""
        return self._counts(sql.WAITING_COUNT)

    def failures(self, since: int) -> dict[str, int]:
        """Rows given up since then, by channel."""
        return self._counts(sql.GIVEN_UP_COUNT, since)

    def failing(self, now: int) -> list[Failing]:
        """Channels that gave up a notice within a day, or have one that was tried three times. [] is well."""
        with self._lock:
            return [Failing(*row[:4]) for row in self._db.execute(sql.FAILING, (TRIES, now - DAY_MS))]

    def last_test(self) -> int:
        """When the newest test was put in, ms; 0 when there never was one."""
        with self._lock:
            return int(self._db.execute(sql.LAST_TEST).fetchone()[0])

    def alerts_of(self, notice: str) -> list[int]:
        """The alerts that a notice told of, each once, in the order of their rows; tests are of none.

        Whatever became of the rows: what was superseded after a try may have arrived. [] when all is forgotten.
        """
        with self._lock:
            return [int(alert) for (alert,) in self._db.execute(sql.ALERTS_OF, (notice,))]

    def rows(self, *, alert: int | None = None, since: int = 0, limit: int = 1_000) -> list[Line]:
        """The newest rows, newest first."""
        with self._lock:
            return [Line(*row) for row in self._db.execute(sql.LINES, (alert, since, limit))]

    def _put(self, order: Order, now: int) -> set[str]:
        if order.kind.ends and order.channel == TOLD:
            told = [name for (name,) in self._db.execute(sql.TOLD, (order.alert,))]
            return {name for one in told for name in self._put(order._replace(channel=one), now)}
        if order.kind is NoticeKind.TEST:
            return self._insert(order, now)
        pending = [_row(*values) for values in self._db.execute(sql.PENDING, (order.alert, order.channel))]
        return self._put_end(order, pending, now) if order.kind.ends else self._put_news(order, pending, now)

    def _put_news(self, order: Order, pending: list[Row], now: int) -> set[str]:
        """One row that was not tried is enough: the newest, told as an opening if the opening was not told."""
        ends = [row.id for row in pending if row.ends and not row.notice]
        if order.kind is NoticeKind.REOPENED and ends:  # back before its end was told: nothing happened
            self._close(ends, SUPERSEDED, now)
            return self._insert(order, now, SUPERSEDED)
        if order.kind is NoticeKind.REMINDER and pending:
            return self._insert(order, now, SUPERSEDED)
        older = [row for row in pending if not row.ends and not row.notice]
        kind = next((row.kind for row in older if row.kind in BEGINS), order.kind)
        self._close([row.id for row in older], SUPERSEDED, now)
        return self._insert(order._replace(kind=kind), now)

    def _put_end(self, order: Order, pending: list[Row], now: int) -> set[str]:
        """An opening that nobody was told of needs no end, and is not told any more; a critical one is told."""
        news = [row for row in pending if not row.ends]
        critical = [row for row in news if row.level is Level.CRITICAL and row.kind in SURELY]
        self._close([row.id for row in news if row not in critical], SUPERSEDED, now)
        heard = critical or any(row.notice for row in news) or self._heard(order)
        return self._insert(order, now, WAITING if heard else SUPERSEDED)

    def _heard(self, order: Order) -> bool:
        return self._db.execute(sql.HEARD, (order.alert, order.channel)).fetchone() is not None

    def _insert(self, order: Order, now: int, outcome: str = WAITING) -> set[str]:
        done = now if outcome else 0
        kind, level, ends = order.kind.value, order.level.value, order.kind.ends
        values = (order.alert, kind, ends, order.channel, level, order.group, now, order.due, outcome, done)
        self._db.execute(sql.INSERT, values).close()
        return set() if outcome else {order.channel}

    def _turn(self, channel: str, now: int, max_per_hour: int) -> Turn | None:
        waiting = [_row(*values) for values in self._db.execute(sql.NEXT, (channel, LOOKED_AT))]
        if not waiting:
            return None
        sent = [Sent(*values) for values in self._db.execute(sql.SENT_SINCE, (channel, now - HOUR_MS))]
        return next_turn(waiting, sent, now, max_per_hour)

    def _close(self, ids: Sequence[int], outcome: str, now: int) -> None:
        self._each(sql.CLOSE, [(outcome, now, one) for one in ids])

    def _each(self, statement: str, values: Sequence[tuple[object, ...]]) -> None:
        self._db.executemany(statement, values).close()

    def _counts(self, query: str, *values: int) -> dict[str, int]:
        with self._lock:
            return {str(channel): int(count) for channel, count in self._db.execute(query, values)}

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """The caller's, if one is open; else one of our own."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE").close()
            with self._db:
                yield


def _row(id_: int, alert: int, kind: str, level: int, group: str, made: int, due: int, notice: str, tries: int) -> Row:
    return Row(id_, alert, NoticeKind(kind), Level(level), group, made, due, notice, tries)
