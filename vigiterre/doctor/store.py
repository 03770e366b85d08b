"""The store as it is: does it answer, does it take our credentials, is what we need there. Nothing is written."""

import time
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from devices.errors import ConfigError, StoreUnavailable
from devices.schema import RAW, ROLLUP
from stores.influx_http import InfluxServer, query
from stores.influx_schema import engine, hours_of
from stores.influxql import identifier
from stores.open import DEFAULT_PORT, StoreUrlError, open_store
from stores.texts import Remedy
from vigiterre.doctor.finding import Finding, Words, error, of_config, of_remedy, ok, size, warning
from vigiterre.settings import Settings, secret


class Looked(NamedTuple):
    findings: list[Finding]
    ahead: float | None = None
    """How far our clock is ahead of the store's, s; None when the store does not tell the time."""


def store(settings: Settings) -> Looked:
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
        return _influx(server, settings)
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


def _influx(server: InfluxServer, settings: Settings) -> Looked:
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
    except StoreUnavailable as fault:
        if isinstance(fault.remedy, Remedy) and "not found" in str(fault):
            return Looked([reached, warning("store.missing", detail=fault)], ahead)
        return Looked([error("store.away", detail=fault, remedy=of_remedy(fault.remedy))], ahead)
    return Looked([reached, *_retention(server.database, kept, settings)], ahead)


def _policies(server: InfluxServer, major: int) -> dict[str, int] | None:
    """Policy -> hours kept, 0 for ever; None where the engine does not tell by InfluxQL. Raises StoreUnavailable."""
    if major > 1:
        query(server, "SHOW MEASUREMENTS", {"db": server.database})
        return None
    [answer] = query(server, f"SHOW RETENTION POLICIES ON {identifier(server.database)}", {})
    return {row[0]: hours_of(row[1]) for table in answer.tables for row in table.rows}


def _retention(database: str, kept: dict[str, int] | None, settings: Settings) -> list[Finding]:
    if kept is None:
        return []
    missing = [policy for policy in (RAW, ROLLUP) if policy not in kept]
    if missing:
        return [warning("store.policy_missing", database=database, policy=policy) for policy in missing]
    days, max_age = kept[RAW] / 24, settings.clock.max_age_days
    if 0 < days <= max_age:
        facts = {"policy": f"{database}.{RAW}", "kept": f"{days:g}", "raw_days": settings.store.raw_days}
        return [error("store.retention_short", max_age=max_age, **facts)]
    return [ok("store.policies", database=database, raw=_for_how_long(kept[RAW]), rollup=_for_how_long(kept[ROLLUP]))]


def _for_how_long(hours: int) -> Words:
    return Words(f"{hours / 24:g} jours", f"{hours / 24:g} days") if hours else Words("pour toujours", "for ever")


def _ahead(date: str) -> float | None:
    """The Date header has whole seconds, so the truth is within one."""
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
