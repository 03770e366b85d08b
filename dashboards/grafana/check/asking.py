"""Asking the store what Grafana would ask: how many rows, how long it took, and what it says of a bad statement."""

import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from devices.errors import StoreUnavailable
from stores.influx_http import InfluxServer, query
from stores.influxql import Answer, Table, parse

SLOW_MS = 300.0
"""A person waits for every panel of a screen."""
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds before a slow statement is asked again: what the machine is busy with may be over then."""
PATIENCE = 10.0
"""Seconds of such pauses in all."""
FORM = "application/x-www-form-urlencoded"
TEXT_FIRST = ("show field keys", "show retention policies", "show measurements")
"""Statements whose answer has the name in its first column; elsewhere it is the second."""


class Answered(NamedTuple):
    rows: int
    """With at least one value besides the time."""
    ms: float
    error: str = ""
    tags: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Of what it grouped by, the values that have rows."""


class Asker:
    """One InfluxDB; every statement is asked once, and again when it was slow: the machine may have been busy."""

    def __init__(self, server: InfluxServer) -> None:
        self._server = server
        self._known: dict[str, Answered] = {}
        self._patience = PATIENCE

    def greet(self) -> None:
        """Raises StoreUnavailable when the server, the account or the database is no use."""
        query(self._server, "SHOW MEASUREMENTS", {"db": self._server.database})

    def ask(self, statement: str) -> Answered:
        """Raises StoreUnavailable when nobody answers; an answer that refuses the statement is an answer."""
        if statement not in self._known:
            best = self._timed(statement)
            for pause in PAUSES:
                if best.ms <= SLOW_MS or best.error:
                    break
                if self._patience > 0:
                    time.sleep(pause)
                    self._patience -= pause
                best = min(best, self._timed(statement), key=lambda one: one.ms)
            self._known[statement] = best
        return self._known[statement]

    def names(self, statement: str) -> list[str]:
        """What Grafana would offer as values of a variable. Raises StoreUnavailable, also for a bad statement."""
        column = 0 if statement.lower().startswith(TEXT_FIRST) else 1
        answers = query(self._server, statement, {"db": self._server.database})
        rows = (row for answer in answers for table in answer.tables for row in table.rows)
        return list(dict.fromkeys(str(row[min(column, len(row) - 1)]) for row in rows))

    def _timed(self, statement: str) -> Answered:
        start = time.perf_counter()
        answer, error = self._answer(statement)
        ms = (time.perf_counter() - start) * 1000
        if error:
            return Answered(0, ms, error)
        filled = [(table, count) for table in answer.tables if (count := _filled(table))]
        tags: dict[str, dict[str, None]] = {}
        for table, _ in filled:
            for tag, value in table.tags.items():
                tags.setdefault(tag, {})[value] = None
        return Answered(sum(count for _, count in filled), ms, "", {tag: tuple(found) for tag, found in tags.items()})

    def _answer(self, statement: str) -> tuple[Answer, str]:
        parameters = {"db": self._server.database, "epoch": "ms"}
        try:
            reply = self._server.post("/query", parameters, urlencode({"q": statement}).encode(), FORM)
        except StoreUnavailable as error:
            if error.remedy:
                raise
            return Answer([], ""), str(error)  # 500 and the like: some engines answer so to a bad statement
        try:
            answers = parse(reply.body)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Answer([], ""), reply.words
        error_words = next((answer.error for answer in answers if answer.error), "")
        return Answer([table for answer in answers for table in answer.tables], error_words), error_words


def _filled(table: Table) -> int:
    return sum(any(True for _ in _values(table, row)) for row in table.rows)


def _values(table: Table, row: list[object]) -> Iterator[object]:
    return (value for column, value in zip(table.columns, row, strict=True) if column != "time" and value is not None)
