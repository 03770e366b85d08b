"""Every store, each with nothing in it, behind one name."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers import Influxd
from stores.influx import InfluxStore
from stores.memory import MemoryStore
from stores.open import open_store
from stores.port import Store

KINDS = ("memory", "sqlite", "influx", "influx_apart")
APART = dict.fromkeys(("co2", "air_temperature", "leak", "y"), 36_500)
"""Quantities with a retention of their own, so that InfluxDB divides what is written and joins what is read."""


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path, unique: str) -> Iterator[Callable[[], Store]]:
    """Opens the same store again and again, as restarts would; a MemoryStore is always the one instance."""
    stores: list[Store] = []
    memory = MemoryStore()

    def open_again() -> Store:
        match request.param:
            case "memory":
                return memory
            case "sqlite":
                store = open_store(f"sqlite:///{tmp_path / 'store.db'}", None)
            case _:
                influxd: Influxd = request.getfixturevalue("influxd")
                own_days = APART if request.param == "influx_apart" else {}
                store = open_store(influxd.url(unique), None, raw_days=0, rollup_days=0, own_days=own_days)
                assert isinstance(store, InfluxStore)
        stores.append(store)
        return store

    yield open_again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    store = opened()
    store.ensure_schema()
    return store
