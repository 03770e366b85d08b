"""`store.url` becomes a Store. Nothing is contacted or created here: `ensure_schema` does that."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from devices.errors import VigiterreError
from devices.problems import Bilingual
from stores.influx import InfluxStore
from stores.influx_http import InfluxServer
from stores.memory import MemoryStore
from stores.port import NONE_SOONER, Store
from stores.sqlite import SqliteStore
from stores.texts import Remedy

FORMS = (
    "influxdb://user@host:8086/telemetry",
    "influxdbs://user@host:8086/telemetry",
    "sqlite:///data/store.db",
    "sqlite:////var/lib/vigiterre/store.db",
    "memory:",
)
DEFAULT_PORT = 8086


class StoreUrlError(VigiterreError, ValueError):
    """`store.url` names no store. `remedy` says in French and in English what it must look like."""

    def __init__(self, message: str, remedy: Remedy | None = None) -> None:
        self.remedy = remedy or Remedy("url", forms=", ".join(FORMS))
        super().__init__(Bilingual(self.remedy.text("fr"), f"{message}; {self.remedy}"))


def open_store(
    url: str,
    password: str | None,
    *,
    raw_days: int = 90,
    rollup_days: int = 3650,
    own_days: Mapping[str, int] = NONE_SOONER,
    read_only: bool = False,
) -> Store:
    """The store that `url` names (FORMS). Retentions in days, 0 for ever; SQLite's are applied by `expire`.

    `own_days`: quantity -> days, as `keep_apart` of the port says; who only reads need not know.
    `sqlite:///` is followed by a path: relative to the working folder, or absolute with its own slash. InfluxDB 2:
    `?org=NAME` chooses among several organisations. `read_only` opens SQLite so that nothing can be written. Raises
    StoreUrlError; a password within the URL is refused, since URLs end up in logs.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise StoreUrlError(f"store.url cannot be read: {error}") from error
    if parts.password is not None:
        raise StoreUrlError("store.url holds a password", Remedy("url_password"))
    match parts.scheme:
        case "memory" if not parts.path and not parts.netloc:
            return MemoryStore()
        case "sqlite":
            return SqliteStore(_path(parts), read_only=read_only)
        case "influxdb" | "influxdbs":
            server = InfluxServer(
                _host(parts),
                DEFAULT_PORT if port is None else port,
                unquote(parts.username or ""),
                password,
                tls=parts.scheme == "influxdbs",
                database=_database(parts),
            )
            return InfluxStore(
                server,
                raw_days=raw_days,
                rollup_days=rollup_days,
                own_days=own_days,
                organisation=_organisation(parts),
            )
    raise StoreUrlError(f"store.url begins with {parts.scheme!r}:" if parts.scheme else "store.url has no scheme")


def _path(parts: SplitResult) -> Path:
    path = unquote(parts.path).removeprefix("/")
    if parts.netloc or not path or path.endswith("/"):
        raise StoreUrlError("store.url names no file after sqlite:///")
    return Path(path)


def _host(parts: SplitResult) -> str:
    if not parts.hostname:
        raise StoreUrlError("store.url names no host")
    return parts.hostname


def _database(parts: SplitResult) -> str:
    database = unquote(parts.path).removeprefix("/")
    if not database or "/" in database:
        raise StoreUrlError("store.url must end with the name of one database")
    return database


def _organisation(parts: SplitResult) -> str:
    options = parse_qs(parts.query, keep_blank_values=True)
    if options.keys() - {"org"}:
        raise StoreUrlError(f"store.url has unknown options: {', '.join(sorted(options.keys() - {'org'}))}")
    return options.get("org", [""])[0]
