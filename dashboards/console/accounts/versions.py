"""How a `console.sqlite` of an earlier version comes up to date, in the transaction of whoever opens it."""

import sqlite3
from collections.abc import Mapping

from dashboards.console.accounts import chain
from dashboards.console.pieces.clock import now_ms
from stores.sqlite_file import Step, run

ORIGINS = """
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '{}';
DROP INDEX audit_by_time;
ALTER TABLE audit RENAME TO audit_before
"""
OLD_LINES = "SELECT time, who, address, action, target, outcome FROM audit_before ORDER BY id"


def _chain_the_log(connection: sqlite3.Connection) -> None:
    """Version 2: whence sessions come, scopes of tokens, and the chain of the audit log, with the old lines in it."""
    run(connection, ORIGINS)
    run(connection, chain.SCHEMA)
    last = 0
    for time, *texts in connection.execute(OLD_LINES).fetchall():
        last = chain.append(connection, time, texts)
    if last:
        told = f"1-{last}: written before there was a chain"
        chain.append(connection, now_ms(), ["vigiterre", "", chain.CHAINED, told, "done"])
    connection.execute("DROP TABLE audit_before")


STEPS: Mapping[int, Step] = {1: _chain_the_log}
