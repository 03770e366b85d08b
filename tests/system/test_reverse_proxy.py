"""docs/reverse-proxy.md does what it says: its blocks run on nginx and Caddy, real ones, before a real `vigiterre run`.

The people who come have addresses of their own, 127.0.0.2 and on: all of 127.0.0.0/8 is this machine's.
"""

import http.client
import json
import re
import ssl
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from certifying import Authority
from pages import placed, read_page

from servers import Mosquitto, Server, Vigiterre, free_port, program

CONFIG = Path(__file__).parents[2] / "config"
PAGE = read_page("docs/reverse-proxy.md")
PASSWORD = "trois mots sans rapport"
VISITOR, LIAR = "127.0.0.2", "127.0.0.3"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;proto=https;host=evil.example",
}
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/vigiterre.conf;
}}
"""
"""What stands around the block in /etc/nginx/nginx.conf, with folders that a test may write."""
BEFORE = """
{{
    admin off
    default_bind 127.0.0.1
    http_port {plain}
    https_port {https}
    storage file_system {folder}/caddy
}}
"""
"""What a Caddy beside others needs; and a certificate of the test's, where the block alone would fetch one."""


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: str


class Stage:
    """A proxy, and the pages behind it."""

    def __init__(self, folder: Path, broker: Mosquitto, proxy: str) -> None:
        name = f"behind-{proxy}"
        self.https, self.plain = free_port(), free_port()
        self.authority = Authority(folder / "tls")
        shown = self.authority.sign("fullchain", host="localhost")
        shown.key.rename(folder / "tls/privkey.pem")
        self.behind = Vigiterre(
            folder / "run",
            CONFIG,
            broker.url,
            "",
            VIGITERRE_MQTT__ROOT=name,
            VIGITERRE_MQTT__CLIENT_ID=name,
            VIGITERRE_CONSOLE__PUBLIC_URL=f"https://localhost:{self.https}",
            VIGITERRE_CONSOLE__PROXIES="127.0.0.1",
        )
        self.proxy = self.nginx(folder) if proxy == "nginx" else self.caddy(folder)

    def nginx(self, folder: Path) -> Server:
        ports = {"listen 443": f"listen 127.0.0.1:{self.https}", "listen 80;": f"listen 127.0.0.1:{self.plain};"}
        names = {"/etc/nginx/tls": f"{folder}/tls", "vigiterre.example.org": "localhost"}
        (folder / "vigiterre.conf").write_text(self.here(PAGE.block("nginx", "proxy_pass"), ports | names))
        user = "user root;" if folder.owner() == "root" else ""
        (folder / "nginx.conf").write_text(user + AROUND.format(folder=folder))
        files = ["-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        return Server([program("nginx"), "-p", str(folder), *files], self.https, folder / "nginx.log")

    def caddy(self, folder: Path) -> Server:
        certificate = f"localhost {{\n\ttls {folder}/tls/fullchain.pem {folder}/tls/privkey.pem"
        block = self.here(PAGE.block("caddy", "reverse_proxy"), {"vigiterre.example.org {": certificate})
        before = BEFORE.format(plain=self.plain, https=self.https, folder=folder)
        (folder / "Caddyfile").write_text(before + block)
        command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
        return Server(command, self.https, folder / "caddy.log")

    def here(self, block: str, here: dict[str, str]) -> str:
        return placed(block, here | {"127.0.0.1:8080": f"127.0.0.1:{self.behind.port}"})

    def ask(self, method: str, path: str, body: str = "", source: str = VISITOR, **headers: str) -> Answer:
        """Through the proxy, by https."""
        return _asked(self.connection(source), method, path, body, headers)

    def connection(self, source: str = VISITOR) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=self.authority.file)
        return http.client.HTTPSConnection(
            "localhost", self.https, context=context, timeout=20, source_address=(source, 0)
        )

    def ask_directly(self, method: str, path: str, body: str = "", source: str = LIAR, **headers: str) -> Answer:
        """Past it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.behind.port, timeout=20, source_address=(source, 0))
        return _asked(connection, method, path, body, headers)

    def signed_in_from(self) -> list[str]:
        """Addresses in the audit log, the oldest first."""
        rows = json.loads(self.behind.cli("audit", "list", "--json").stdout)
        return [row["address"] for row in reversed(rows) if row["address"] != "shell"]


def _asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: str, headers: dict[str, str]
) -> Answer:
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, mosquitto: Mosquitto
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp(request.param)
    stage = Stage(folder, mosquitto, request.param)
    password = folder / "password"
    password.write_text(PASSWORD)
    with stage.behind, stage.proxy:
        added = stage.behind.cli("users", "add", "anne", "--role", "technician", "--password-file", str(password))
        assert added.returncode == 0, added.stderr
        yield stage


CREDENTIALS = urlencode({"name": "anne", "password": PASSWORD, "next": "/devices"})


def test_people_sign_in_through_the_proxy_and_their_cookie_is_for_https_alone(stage: Stage) -> None:
    answer = stage.ask("POST", "/sign-in", CREDENTIALS, Origin=f"https://localhost:{stage.https}", **FORM)
    assert answer.status == 303
    assert answer.headers["Location"] == "/devices"
    [(name, cookie)] = SimpleCookie(answer.headers["Set-Cookie"]).items()
    assert (name, cookie["secure"]) == ("__Host-vigiterre", True)
    shown = stage.ask("GET", "/devices", Cookie=f"{name}={cookie.value}")
    assert shown.status == 200
    assert "anne" in shown.body


def test_the_audit_log_names_the_visitor_and_not_the_proxy(stage: Stage) -> None:
    assert stage.ask("POST", "/sign-in", CREDENTIALS, **FORM).status == 303
    assert stage.signed_in_from()[-1] == VISITOR


def test_what_a_visitor_forges_is_not_believed_behind_the_proxy(stage: Stage) -> None:
    answer = stage.ask("POST", "/sign-in", CREDENTIALS, LIAR, **FORM, **FORGED)
    assert answer.status == 303
    assert stage.signed_in_from()[-1] == LIAR
    foreign = {**FORGED, "Origin": "https://evil.example"}
    assert stage.ask("POST", "/sign-in", CREDENTIALS, LIAR, **FORM, **foreign).status == 403


def test_whoever_is_no_proxy_is_not_believed_past_the_proxy(stage: Stage) -> None:
    answer = stage.ask_directly("POST", "/sign-in", CREDENTIALS, **FORM, **FORGED)
    assert stage.signed_in_from()[-1] == LIAR
    assert answer.headers["Strict-Transport-Security"] is None
    foreign = {**FORGED, "Origin": "https://evil.example"}
    assert stage.ask_directly("POST", "/sign-in", CREDENTIALS, **FORM, **foreign).status == 403


def test_reading_asks_for_a_sign_in_whatever_is_forged(stage: Stage) -> None:
    for headers in ({}, FORGED, {"X-Forwarded-For": "127.0.0.1", "Host": f"localhost:{stage.https}"}):
        assert stage.ask("GET", "/devices", **headers).status == 303
        assert stage.ask_directly("GET", "/devices", **headers).status == 303


def test_the_feed_flows_through_the_proxy_as_it_comes(stage: Stage) -> None:
    signed = stage.ask("POST", "/sign-in", CREDENTIALS, **FORM)
    [(name, cookie)] = SimpleCookie(signed.headers["Set-Cookie"]).items()
    connection = stage.connection()
    connection.request("GET", "/live", headers={"Cookie": f"{name}={cookie.value}", "Accept": "text/event-stream"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/event-stream")
    assert answer.fp.readline()  # it has not ended, and a buffer would hold it back
    assert not answer.isclosed()
    connection.close()


def test_strict_transport_security_reaches_the_browser_once(stage: Stage) -> None:
    assert stage.ask("GET", "/sign-in").headers.get_all("Strict-Transport-Security") == ["max-age=15552000"]


def test_what_tells_of_the_inside_is_kept_there_and_plain_http_is_led_to_https(stage: Stage) -> None:
    assert stage.ask("GET", "/livez").status == 200
    assert {stage.ask("GET", path).status for path in ("/metrics", "/readyz")} == {403}
    plain = http.client.HTTPConnection("127.0.0.1", stage.plain, timeout=20)
    answer = _asked(plain, "GET", "/devices", "", {"Host": "localhost"})
    assert answer.status in (301, 308)
    assert answer.headers["Location"] in ("https://localhost/devices", f"https://localhost:{stage.https}/devices")


def test_the_settings_of_the_page_are_those_tried_here() -> None:
    [nginx] = [block for block in PAGE.blocks("toml") if "proxies" in block]
    assert re.findall(r'^proxies = "(.*)"$', nginx, re.MULTILINE) == ["127.0.0.1"]
