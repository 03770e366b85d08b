"""store.url: what it may say, and what it answers to everything else."""

from pathlib import Path

import pytest

from stores.influx import InfluxStore
from stores.memory import MemoryStore
from stores.open import FORMS, StoreUrlError, open_store
from stores.sqlite import SqliteStore

INFLUX = [
    ("influxdb://host/telemetry", "host", 8086, "telemetry", False),
    ("influxdb://ingest@influx.cd03.fr:9999/telemetry", "influx.cd03.fr", 9999, "telemetry", False),
    ("influxdbs://ingest@host:443/t%C3%A9l%C3%A9", "host", 443, "télé", True),
    ("influxdb://[::1]:8086/telemetry", "::1", 8086, "telemetry", False),
    ("influxdb://a%40b%3Ac@host/telemetry?org=cd03", "host", 8086, "telemetry", False),
]


@pytest.mark.parametrize(("url", "host", "port", "database", "tls"), INFLUX)
def test_influxdb_urls(url: str, host: str, port: int, database: str, tls: bool) -> None:
    store = open_store(url, "secret", raw_days=30, rollup_days=0)
    assert isinstance(store, InfluxStore)
    server = store._server
    assert (server.host, server.port, server.database, server.tls) == (host, port, database, tls)
    assert "secret" not in repr(store)
    store.close()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/store.db", "data/store.db"),
        ("sqlite:////var/lib/vigiterre/store.db", "/var/lib/vigiterre/store.db"),
        ("sqlite:///d%C3%A9p%C3%B4t%20a/store.db", "dépôt a/store.db"),
    ],
)
def test_sqlite_urls(url: str, path: str) -> None:
    store = open_store(url, None)
    assert isinstance(store, SqliteStore)
    assert store.path == Path(path)
    store.close()


def test_memory_url() -> None:
    assert isinstance(open_store("memory:", None), MemoryStore)


BAD = [
    "",
    "telemetry",
    "http://host:8086/telemetry",
    "influxdb://",
    "influxdb:///telemetry",
    "influxdb://host",
    "influxdb://host/",
    "influxdb://host/a/b",
    "influxdb://host:port/telemetry",
    "influxdb://host:99999/telemetry",
    "influxdb://[::1/telemetry",
    "influxdb://host/telemetry?precision=s",
    "sqlite://",
    "sqlite:///",
    "sqlite:///folder/",
    "sqlite://data/store.db",
    "memory://host",
    "memory:x",
]


@pytest.mark.parametrize("url", BAD)
def test_anything_else_is_told_the_accepted_forms(url: str) -> None:
    with pytest.raises(StoreUrlError) as wrong:
        open_store(url, None)
    for form in FORMS:
        assert form in str(wrong.value)
        assert form in wrong.value.remedy.text("fr")


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(StoreUrlError) as wrong:
        open_store("influxdb://user:s3cret@host/telemetry", None)
    assert "s3cret" not in str(wrong.value)
    assert "store.password_file" in str(wrong.value)
