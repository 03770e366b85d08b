"""What an InfluxDB must hold before it takes readings, and how each engine is told. Every function may run again."""

import json
import re
from collections.abc import Callable, Mapping

import structlog

from devices.errors import StoreUnavailable
from devices.schema import RAW, ROLLUP
from stores.influx_http import InfluxServer, query
from stores.influxql import identifier
from stores.personal import abandoned
from stores.texts import Remedy

log = structlog.get_logger()

SHARD_DAYS = {RAW: 7, ROLLUP: 30}
"""Days a shard spans in InfluxDB 1: its own default for up to six months of retention is 7; ten years of roll-ups would
be 520 shards of that size. Of the policies of persons, 1: a shard leaves whole, when its newest value may."""
V3_DATABASES = "/api/v3/configure/database"
_VERSION = re.compile(r"v?(\d+)\.")
_HOURS = re.compile(r"(?:(\d+)h)?(?:\d+m)?(?:\d+s)?")

Retention = Mapping[str, int]
"""Policy -> days; 0 keeps for ever."""


def ensure(server: InfluxServer, retention: Retention, organisation: str) -> None:
    """Create or correct what is missing. Raises StoreUnavailable, with a remedy where a person must act."""
    major = engine(server)
    steps: dict[int, Callable[[], None]] = {
        1: lambda: ensure_v1(server, retention),
        2: lambda: _ensure_v2(server, retention, organisation),
        3: lambda: ensure_v3(server, retention),
    }
    steps[major]()


def engine(server: InfluxServer) -> int:
    """1, 2 or 3: by the version that `/ping` tells, in a header (1, 2, 3) or in its body (3)."""
    reply = server.get("/ping")
    told = reply.headers.get("X-Influxdb-Version", "")
    if not told:
        try:
            told = str(json.loads(reply.body)["version"])
        except (ValueError, KeyError, TypeError, RecursionError):
            told = ""
    found = _VERSION.match(told)
    if found is None or int(found[1]) not in (1, 2, 3):
        raise StoreUnavailable(f"{server.name} tells version {told[:40]!r}", Remedy("not_influxdb", server=server.name))
    return int(found[1])


def ensure_v1(server: InfluxServer, retention: Retention) -> None:
    """Database and retention policies. Reads first: an account without the right to create may still write."""
    database = identifier(server.database)
    [databases] = query(server, "SHOW DATABASES", {})
    if [server.database] not in [row for table in databases.tables for row in table.rows]:
        _create(server, f"CREATE DATABASE {database}")
    [policies] = query(server, f"SHOW RETENTION POLICIES ON {database}", {})
    hours = {row[0]: hours_of(str(row[1])) for table in policies.tables for row in table.rows if len(row) > 1}
    for policy, days in {**retention, **abandoned(hours, retention)}.items():
        facts = f"RETENTION POLICY {identifier(policy)} ON {database} DURATION {f'{days}d' if days else 'INF'}"
        shards = f"SHARD DURATION {SHARD_DAYS.get(policy, 1)}d"
        if policy not in hours:
            _create(server, f"CREATE {facts} REPLICATION 1 {shards}{' DEFAULT' if policy == RAW else ''}")
        elif hours[policy] != days * 24:
            _create(server, f"ALTER {facts} {shards}")


def hours_of(duration: str) -> int:
    """Hours of a duration as InfluxDB 1 shows it: `2160h0m0s`; `0s` is for ever."""
    found = _HOURS.fullmatch(duration)
    return int(found[1] or 0) if found else -1


def _create(server: InfluxServer, statement: str) -> None:
    try:
        query(server, statement, {})
    except StoreUnavailable as error:
        if not isinstance(error.remedy, Remedy):
            raise
        raise StoreUnavailable(str(error), Remedy("admin", statement=statement)) from error
    log.info("store_schema_changed", server=server.name, statement=statement)


def _ensure_v2(server: InfluxServer, retention: Retention, organisation: str) -> None:
    from stores.influx_v2 import ensure_v2  # noqa: PLC0415  -- its client costs a second that InfluxDB 1 and 3 spare

    ensure_v2(server, retention, organisation)


def database_of(database: str, policy: str) -> str:
    """The bucket (InfluxDB 2) or database (3) that stands for a policy: the virtual mapping both engines apply."""
    return database if policy == RAW else f"{database}/{policy}"


def ensure_v3(server: InfluxServer, retention: Retention) -> None:
    """Databases `db`, `db/rollup_1h` and those of persons. Core sets a retention at creation only: an old one stays.

    https://docs.influxdata.com/influxdb3/core/admin/databases/create/
    """
    listed = server.get(f"{V3_DATABASES}?format=json")
    for policy, days in retention.items():
        name = database_of(server.database, policy)
        if json.dumps(name) in listed.body.decode(errors="replace").replace("\\/", "/"):
            continue
        wanted = {"db": name, **({"retention_period": f"{days}d"} if days else {})}
        reply = server.post(V3_DATABASES, {}, json.dumps(wanted).encode(), "application/json")
        if reply.status in (200, 201, 204):
            log.info("store_schema_changed", database=name, days=days)
        elif reply.status != 409:  # 409: somebody created it meanwhile
            command = f"influxdb3 create database {f'--retention-period {days}d ' if days else ''}{name}"
            raise StoreUnavailable(
                f"InfluxDB {server.name} answered {reply.status}: {reply.words}", Remedy("admin", statement=command)
            )
