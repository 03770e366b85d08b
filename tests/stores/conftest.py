"""A store in front of a scripted server."""

from collections.abc import Iterator

import pytest
from scripted import ScriptedServer

from stores.influx import InfluxStore
from stores.influx_http import InfluxServer


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def store(scripted: ScriptedServer) -> Iterator[InfluxStore]:
    server = InfluxServer("127.0.0.1", scripted.port, "vigiterre", "s3cret-token", tls=False, database="telemetry")
    store = InfluxStore(server)
    yield store
    store.close()
