"""influxdbs://: the certificate is checked, and a private authority is trusted through SSL_CERT_FILE."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import ScriptedServer

from devices.errors import StoreUnavailable
from devices.reading import Reading, Series
from stores.open import open_store
from stores.texts import Remedy

ONE = [Reading(Series("road", "level-7", "m", "pont", "03190"), 1000, {"water_level": 1.0})]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that signs itself, and its key."""
    path = tmp_path / "server.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
        " -addext subjectAltName=DNS:localhost -out certificate.pem -keyout server.pem"
    )
    subprocess.run(command.split(), check=True, capture_output=True, cwd=tmp_path)
    path.write_text(path.read_text() + (tmp_path / "certificate.pem").read_text())
    return path


@pytest.fixture
def secured(certificate: Path) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ScriptedServer(context)
    yield server
    server.close()


def test_an_unknown_certificate_is_refused_before_anything_is_sent(secured: ScriptedServer) -> None:
    store = open_store(f"influxdbs://ingest@localhost:{secured.port}/telemetry", "s3cret")
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write(ONE)
    assert unavailable.value.remedy == Remedy("certificate", server=f"localhost:{secured.port}")
    assert secured.requests == []
    store.close()


def test_a_private_authority_is_trusted_by_the_environment(
    secured: ScriptedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("certificate.pem")))
    store = open_store(f"influxdbs://ingest@localhost:{secured.port}/telemetry", "s3cret")
    store.write(ONE)
    assert len(secured.requests) == 1
    store.close()
