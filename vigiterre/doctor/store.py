"""The store as it is: does it answer, does it take our credentials, is what we need there. Nothing is written."""

import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from devices.errors import ConfigError, StoreUnavailable
from devices.schema import RAW, ROLLUP
from stores.influx_http import InfluxServer, query
from stores.influx_schema import engine, hours_of
from stores.influxql import identifier, newest_of
from stores.open import DEFAULT_PORT, StoreUrlError, open_store
from stores.personal import policy_for
from stores.port import NONE_SOONER
from stores.texts import Remedy
from vigiterre.doctor.finding import Finding, Words, error, of_config, of_remedy, ok, size, warning
from vigiterre.settings import Settings, secret


class Looked(NamedTuple):
    findings: list[Finding]
    ahead: float | None = None
    """How far our clock is ahead of the store's, s; None when the store does not tell the time."""


def store(settings: Settings, own_days: Mapping[str, int] = NONE_SOONER) -> Looked:
    """`own_days`: quantities whose raw values have a retention of their own."""
    url = settings.store_url
    try:
        password = secret(settings.store.password, settings.store.password_file)
        # Opening contacts nothing, but judges the URL and, for SQLite, the file.
        if urlsplit(url).scheme != "sqlite":
            open_store(url, password).close()
    except ConfigError as fault:
        return Looked(of_config("store.secret", fault))
    except StoreUrlError as fault:
        return Looked([error("store.url", remedy=of_remedy(fault.remedy))])
    if url == "memory:":
        return Looked([warning("store.memory")])
    if url.startswith("sqlite:"):
        return Looked([_file(url)])
    server = influx_server(url, password)
    try:
        return _influx(server, settings, own_days)
    finally:
        server.close()


def influx_server(url: str, password: str | None) -> InfluxServer:
    """Of a URL that `open_store` has accepted."""
    parts = urlsplit(url)
    return InfluxServer(
        parts.hostname or "",
        parts.port or DEFAULT_PORT,
        unquote(parts.username or ""),
        password,
        tls=parts.scheme == "influxdbs",
        database=unquote(parts.path).removeprefix("/"),
    )


def _file(url: str) -> Finding:
    path = Path(unquote(urlsplit(url).path).removeprefix("/"))
    if not path.exists() and path.name:
        return ok("store.file_new", path=path)
    try:
        with closing(open_store(url, None, read_only=True)) as found:
            found.latest()
    except StoreUnavailable as fault:
        return error("store.away", detail=fault, remedy=of_remedy(fault.remedy))
    except StoreUrlError as fault:
        return error("store.url", remedy=of_remedy(fault.remedy))
    return ok("store.file", path=path, bytes=size(path.stat().st_size))


def _influx(server: InfluxServer, settings: Settings, own_days: Mapping[str, int]) -> Looked:
    try:
        major = engine(server)
        reply = server.get("/ping")
    except StoreUnavailable as fault:
        return Looked([error("store.away", detail=fault, remedy=of_remedy(fault.remedy))])
    ahead = _ahead(reply.headers.get("Date", ""))
    version = reply.headers.get("X-Influxdb-Version", str(major))
    reached = ok("store.reached", version=version, server=server.name)
    try:
        kept = _policies(server, major)
        before = _personal_before(server, own_days)
    except StoreUnavailable as fault:
        if isinstance(fault.remedy, Remedy) and "not found" in str(fault):
            return Looked([reached, warning("store.missing", detail=fault)], ahead)
        return Looked([error("store.away", detail=fault, remedy=of_remedy(fault.remedy))], ahead)
    return Looked([reached, *_retention(server.database, kept, settings, own_days), *before], ahead)


def _policies(server: InfluxServer, major: int) -> dict[str, int] | None:
    """Policy -> hours kept, 0 for ever; None where the engine does not tell by InfluxQL. Raises StoreUnavailable."""
    if major > 1:
        query(server, "SHOW MEASUREMENTS", {"db": server.database})
        return None
    [answer] = query(server, f"SHOW RETENTION POLICIES ON {identifier(server.database)}", {})
    return {row[0]: hours_of(row[1]) for table in answer.tables for row in table.rows}


def _personal_before(server: InfluxServer, own_days: Mapping[str, int]) -> list[Finding]:
    """Their raw values in the policy of all others, where none goes any more. Raises StoreUnavailable."""
    if not own_days:
        return []
    names = sorted(own_days)
    statements = ";".join([newest_of(name) for name in names])
    answers = query(server, statements, {"db": server.database, "rp": RAW}, len(names))
    told = zip(names, answers, strict=True)
    found = {name: [row[0] for table in answer.tables for row in table.rows] for name, answer in told}
    newest = {name: max(times) for name, times in found.items() if times}
    if not newest:
        return []
    last = datetime.fromtimestamp(max(newest.values()) / 1000, UTC).date()
    policy = f"{server.database}.{RAW}"
    return [warning("store.personal_before", policy=policy, quantities=", ".join(newest), last=last)]


def _retention(
    database: str, kept: dict[str, int] | None, settings: Settings, own_days: Mapping[str, int]
) -> list[Finding]:
    if kept is None:
        return []
    missing = [policy for policy in (RAW, ROLLUP, *map(policy_for, _by_days(own_days))) if policy not in kept]
    if missing:
        return [warning("store.policy_missing", database=database, policy=policy) for policy in missing]
    days, max_age = kept[RAW] / 24, settings.clock.max_age_days
    if 0 < days <= max_age:
        facts = {"policy": f"{database}.{RAW}", "kept": f"{days:g}", "raw_days": settings.store.raw_days}
        return [error("store.retention_short", max_age=max_age, **facts)]
    raw, rollup = _for_how_long(kept[RAW]), _for_how_long(kept[ROLLUP])
    return [
        ok("store.policies", database=database, raw=raw, rollup=rollup),
        *(
            ok("store.personal_apart", days=f"{kept[policy_for(days)] / 24:g}", quantities=", ".join(names))
            for days, names in _by_days(own_days).items()
        ),
    ]


def _by_days(own_days: Mapping[str, int]) -> dict[int, list[str]]:
    return {days: sorted(name for name in own_days if own_days[name] == days) for days in sorted({*own_days.values()})}


def _for_how_long(hours: int) -> Words:
    return Words(f"{hours / 24:g} jours", f"{hours / 24:g} days") if hours else Words("pour toujours", "for ever")


def _ahead(date: str) -> float | None:
    """The Date header has whole seconds, so the truth is within one."""
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
