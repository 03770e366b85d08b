"""The pages by HTTPS on the real process: every role of `run`, renewal under open streams, and what is said of it."""

import http.client
import json
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from certifying import Authority, Files, put
from secured import Secured

from servers import Influxd, Mosquitto, publish_bytes, wait_until
from vigiterre.doctor.certificates import presented
from vigiterre.tls.certificate import read_certificates

CONFIG = Path(__file__).parents[2] / "config"
DEVICE = "d2009-saint-pourcain"
PASSWORD = "trois mots sans rapport"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


@pytest.fixture
def pages(tmp_path: Path, mosquitto: Mosquitto, authority: Authority, unique: str) -> Iterator[Secured]:
    with secured(tmp_path, mosquitto, authority, unique) as running:
        yield running


def secured(
    tmp_path: Path,
    mosquitto: Mosquitto,
    authority: Authority,
    unique: str,
    *more: str,
    store: str = "",
    **environment: str,
) -> Secured:
    names = {"VIGITERRE_MQTT__ROOT": unique, "VIGITERRE_MQTT__CLIENT_ID": unique, "VIGITERRE_LANGUAGE": "en"}
    folder = tmp_path / "run"
    return Secured(folder, CONFIG, mosquitto.url, store, *more, authority=authority, **names, **environment)


def checks(pages: Secured) -> dict[str, str]:
    found: dict[str, str] = json.loads(pages.get("/readyz")[1])["checks"]
    return found


def sign_in(pages: Secured, tmp_path: Path) -> SimpleCookie:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    added = pages.cli("users", "add", "anne", "--role", "technician", "--password-file", str(password))
    assert added.returncode == 0, added.stderr
    status, headers, _ = pages.ask("POST", "/sign-in", urlencode({"name": "anne", "password": PASSWORD}), **FORM)
    assert status == 303
    return SimpleCookie(headers["Set-Cookie"])


def test_the_pages_come_by_tls_and_by_nothing_else(pages: Secured) -> None:
    assert pages.get("/livez") == (200, "ok\n")
    plain = http.client.HTTPConnection("127.0.0.1", pages.port, timeout=20)
    plain.request("GET", "/livez")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        plain.getresponse()
    plain.close()
    assert '"https://127.0.0.1' in pages.log.read_text() or "https://127.0.0.1" in pages.log.read_text()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_1_1_is_refused(pages: Secured) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", pages.port)) as raw, pytest.raises(ssl.SSLError):
        old.wrap_socket(raw)


def test_cookies_are_for_https_alone_by_themselves(pages: Secured, tmp_path: Path) -> None:
    [(name, cookie)] = sign_in(pages, tmp_path).items()
    assert name == "__Host-vigiterre"
    assert cookie["secure"]
    assert cookie["httponly"]


def test_strict_transport_security_is_sent_for_our_own_public_name_alone(
    tmp_path: Path, mosquitto: Mosquitto, authority: Authority, unique: str, pages: Secured
) -> None:
    assert pages.ask("GET", "/sign-in")[1]["Strict-Transport-Security"] is None  # no public name is set
    public = {"VIGITERRE_CONSOLE__PUBLIC_URL": "https://localhost", "VIGITERRE_MQTT__CLIENT_ID": f"{unique}-named"}
    named = secured(tmp_path / "named", mosquitto, authority, unique)
    assert named.environment is not None
    named.environment |= public
    with named:
        assert named.ask("GET", "/sign-in")[1]["Strict-Transport-Security"] == "max-age=15552000"
        assert named.ask("GET", "/sign-in", Host="elsewhere.example")[1]["Strict-Transport-Security"] is None


def test_a_renewal_reaches_new_connections_while_a_stream_goes_on(
    pages: Secured, authority: Authority, mosquitto: Mosquitto, unique: str
) -> None:
    stream = pages.connection()
    stream.request("GET", "/live?all=1", headers={"Accept": "text/event-stream"})
    answer = stream.getresponse()
    assert answer.status == 200
    assert answer.readline()
    before = presented("localhost", pages.port)
    put(authority.sign("next", ends=timedelta(days=180)), pages.files)
    pages.signal(signal.SIGHUP)
    wait_until(lambda: presented("localhost", pages.port) != before, "the renewed certificate")
    assert presented("localhost", pages.port) == read_certificates(pages.files.cert)[0]
    assert pages.get("/livez")[0] == 200
    publish_bytes(mosquitto, f"{unique}/road/{DEVICE}/up", b'{"values": {"road_surface_temperature": -3.25}}')
    while b"-3.25" not in (line := answer.readline()):  # it would end with an empty line
        assert line
    stream.close()


def test_a_broken_renewal_keeps_the_old_certificate_and_is_said_everywhere(
    pages: Secured, authority: Authority
) -> None:
    before = presented("localhost", pages.port)
    new = authority.sign("next", ends=timedelta(days=180))
    put(Files(new.cert, pages.files.key), pages.files)
    pages.signal(signal.SIGHUP)
    wait_until(lambda: checks(pages)["certificate"] != "", "the words of /readyz")
    assert "stays in use" in checks(pages)["certificate"]
    assert presented("localhost", pages.port) == before
    assert "certificate_kept" in pages.log.read_text()
    found = json.loads(pages.cli("doctor", "--json").stdout)
    codes = {one["code"]: one["level"] for one in found}
    assert codes["tls.unusable"] == "error"
    put(new, pages.files)
    pages.signal(signal.SIGHUP)
    wait_until(lambda: checks(pages)["certificate"] == "", "that all is well again")


def test_the_doctor_asks_the_running_process_by_https_and_knows_the_term(pages: Secured, authority: Authority) -> None:
    found = {one["code"]: one for one in json.loads(pages.cli("doctor", "--json").stdout)}
    assert found["tls.good"]["level"] == "ok"
    assert "process.no_pages" not in found
    put(authority.sign("next", ends=timedelta(days=20, hours=1)), pages.files)
    found = {one["code"]: one for one in json.loads(pages.cli("doctor", "--json").stdout)}
    assert "20 days" in found["tls.ends_soon"]["found"]
    assert found["tls.not_in_force"]["level"] == "warning"  # nobody has looked at the files yet


@pytest.mark.parametrize("fault", ["missing", "another key"])
def test_run_and_check_refuse_a_pair_that_cannot_be_used(
    fault: str, tmp_path: Path, mosquitto: Mosquitto, authority: Authority, unique: str
) -> None:
    pages = secured(tmp_path, mosquitto, authority, unique)
    if fault == "missing":
        pages.files.cert.unlink()
    else:
        pages.files.key.write_bytes(authority.sign("other").key.read_bytes())
    for command in ("check", "run"):
        done = pages.cli(command)
        assert done.returncode == 1
        assert str(pages.files.cert) in done.stderr
        assert "Traceback" not in done.stderr


def test_check_warns_of_a_certificate_that_is_over_and_of_a_key_that_all_can_read(
    tmp_path: Path, mosquitto: Mosquitto, authority: Authority, unique: str
) -> None:
    pages = secured(tmp_path, mosquitto, authority, unique)
    put(authority.sign("over", ends=timedelta(days=-1)), pages.files)
    pages.files.key.chmod(0o644)
    done = pages.cli("check")
    assert done.returncode == 0
    assert "ended on" in done.stderr
    assert "can be read by every account" in done.stderr


@pytest.mark.parametrize("only", ["ingest", "alerts"])
def test_each_part_of_the_work_serves_by_tls(
    only: str, tmp_path: Path, mosquitto: Mosquitto, influxd: Influxd, authority: Authority, unique: str
) -> None:
    shared = {"VIGITERRE_MQTT__SHARE": "workers", "store": influxd.url(unique)}
    with secured(tmp_path, mosquitto, authority, unique, "--only", only, **shared) as part:
        assert part.get("/metrics")[0] == 200
        assert checks(part)["certificate"] == ""
        before = presented("localhost", part.port)
        put(authority.sign("next", ends=timedelta(days=180)), part.files)
        part.signal(signal.SIGHUP)
        wait_until(lambda: presented("localhost", part.port) != before, "the renewed certificate")


def test_curl_and_openssl_are_content(pages: Secured, authority: Authority) -> None:
    """A second opinion on the handshake."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{pages.port}", "-servername", "localhost"]
    command += ["-CAfile", str(authority.file), "-verify_return_error", "-brief"]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=20)
    assert "Verification: OK" in done.stdout + done.stderr
