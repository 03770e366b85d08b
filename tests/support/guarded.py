"""A broker that is configured by `vigiterre broker` alone, and clients that try what they may."""

import csv
import errno
import os
import pwd
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import pytest
from certifying import Authority, Files
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from typer.testing import CliRunner, Result

from servers import Server, program
from vigiterre.__main__ import app
from vigiterre.broker_config import files
from vigiterre.broker_config.files import Owner

CONFIG = Path(__file__).parents[2] / "config"
COLUMNS = "id,model,domain,site,name,commune,latitude,longitude,altitude,owner,installed,tags,params"
INGEST = "vigiterre-ingest"
SECONDS = 10
NOT_AUTHORIZED = 0x87


def territory(folder: Path, devices: Mapping[str, str]) -> Path:
    """The shipped configuration with devices (id -> domain) in place of its own."""
    shutil.copytree(CONFIG, folder)
    rows = [
        f"{name},browan-tbhh100,{domain},site,Site,03190,,,,departement-03,,test,\n" for name, domain in devices.items()
    ]
    (folder / "devices.csv").write_text(f"{COLUMNS}\n{''.join(rows)}")
    (folder / "placements.csv").unlink()
    return folder


class Guarded:
    """An installation in a folder, whose mosquitto runs as whoever runs the tests."""

    def __init__(
        self, folder: Path, devices: Mapping[str, str], authority: Authority | None = None, *, certified: bool = False
    ) -> None:
        """`authority` is whose certificate the broker shows; `certified`: devices show it theirs, too."""
        self.folder, self.authority = folder, authority
        self.config = territory(folder / "config", devices)
        self.data, self.files, kept = (folder / name for name in ("data", "mosquitto", "kept"))
        for one in (self.data, self.files, kept):
            one.mkdir()
        self.port, self.tls_port, self.certificate_port = three_ports()
        self.pid_file = folder / "mosquitto.pid"
        self.environment = {
            "VIGITERRE_LANGUAGE": "en",
            "VIGITERRE_DATA_DIR": str(self.data),
            "VIGITERRE_MQTT__URL": f"mqtt://{INGEST}@127.0.0.1:{self.port}",
            "VIGITERRE_MQTT__PASSWORD_FILE": str(folder / "ingest.secret"),
            "VIGITERRE_BROKER__FOLDER": str(self.files),
            "VIGITERRE_BROKER__WHOLE": "true",
            "VIGITERRE_BROKER__ACCOUNT": account(),
            "VIGITERRE_BROKER__DATA_FOLDER": str(kept),
            "VIGITERRE_BROKER__PID_FILE": str(self.pid_file),
            "VIGITERRE_BROKER__LISTENER": f"127.0.0.1:{self.port}",
            "VIGITERRE_BROKER__TLS_LISTENER": f"127.0.0.1:{self.tls_port}",
        }
        if authority:
            cert, key = authority.sign()
            shown = {"CERT_FILE": cert, "KEY_FILE": key, "CA_FILE": authority.file}
            self.environment |= {f"VIGITERRE_BROKER__{name}": str(file) for name, file in shown.items()}
        if certified:
            self.environment["VIGITERRE_BROKER__CERTIFICATE_LISTENER"] = f"127.0.0.1:{self.certificate_port}"
        command = [program("mosquitto"), "-c", str(self.files / "mosquitto.conf")]
        self.server = Server(command, self.port, folder / "mosquitto.log")
        self.secrets: dict[str, str] = {}
        self.callers: list[Caller] = []

    def run(self, *arguments: object, **environment: str) -> Result:
        """A command of Vigiterre's."""
        told = CliRunner().invoke(
            app, ["--config", str(self.config), *map(str, arguments)], env={**self.environment, **environment}
        )
        assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
        assert not any(secret in told.stderr for secret in self.secrets.values())
        return told

    def done(self, *arguments: object) -> Result:
        told = self.run(*arguments)
        assert told.exit_code == 0, told.output
        return told

    def service(self, kind: str, name: str, *options: str) -> None:
        out = self.folder / ("ingest.secret" if name == INGEST else f"{name}.secret")
        self.done("broker", "accounts", "create", kind, name, "--out", out, *options)
        self.secrets[name] = out.read_text().strip()

    def devices(self, deed: str, *wanted: str) -> dict[str, str]:
        """`create` or `rotate` -> the new secrets."""
        out = self.folder / f"{deed}-{time.monotonic_ns()}.csv"
        self.done("devices", "credentials", deed, *wanted, "--out", out)
        with out.open(newline="") as rows:
            made = {row["user"]: row["password"] for row in csv.DictReader(rows)}
        self.secrets |= made
        return made

    def certificates(self, *wanted: object) -> Path:
        """The folder of new ones, with their keys."""
        out = self.folder / f"certificates-{time.monotonic_ns()}"
        self.done("devices", "certificates", "create", *wanted, "--out", out)
        return out

    def certified(self, shown: Files | None, **given: Any) -> "Caller":
        """Connected, or refused, by a certificate."""
        assert self.authority
        return self.caller(port=self.certificate_port, authority=self.authority.file, shown=shown, **given)

    def start(self) -> Self:
        self.done("broker", "apply", "--no-reload")
        self.server.start()
        return self

    def stop(self) -> None:
        self.hang_up()
        self.server.stop()

    def caller(self, user: str | None = None, **given: Any) -> "Caller":
        """Connected, or refused, as a user with its secret."""
        password = given.pop("password", self.secrets.get(user or ""))
        caller = Caller(given.pop("port", self.port), user, password, **given)
        self.callers.append(caller)
        return caller

    def hang_up(self) -> None:
        """All callers."""
        while self.callers:
            self.callers.pop().leave()

    def content(self) -> dict[str, tuple[bytes, int, int]]:
        """Of mosquitto's folder: name -> bytes, mode, inode."""
        found = (path for path in sorted(self.files.rglob("*")) if path.is_file())
        return {str(path): (path.read_bytes(), path.stat().st_mode, path.stat().st_ino) for path in found}


class Caller:
    """One MQTT 5 client that does not come back by itself."""

    def __init__(
        self,
        port: int,
        user: str | None,
        password: str | None,
        *,
        client_id: str = "",
        will: str = "",
        kept: bool = False,
        authority: Path | None = None,
        shown: Files | None = None,
    ) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.closed = 0
        """Times that the broker ended the connection."""
        self._answers: dict[tuple[str, int], int] = {}
        self._news = threading.Condition()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False
        )
        if user is not None:
            self._client.username_pw_set(user, password)
        if will:
            self._client.will_set(will, b"will", qos=1)
        if authority:
            context = ssl.create_default_context(cafile=authority)
            if shown:
                context.load_cert_chain(shown.cert, shown.key)
            self._client.tls_set_context(context)
        self._client.on_connect = lambda _c, _u, _f, code, _p: self._answer("connect", 0, code.value)
        self._client.on_message = self._heard
        self._client.on_publish = lambda _c, _u, mid, code, _p: self._answer("publish", mid, code.value)
        self._client.on_subscribe = lambda _c, _u, mid, codes, _p: self._answer("subscribe", mid, codes[0].value)
        self._client.on_disconnect = self._left
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3_600 if kept else 0
        self._client.connect(
            "localhost" if authority else "127.0.0.1", port, keepalive=60, clean_start=not kept, properties=properties
        )
        self._client.loop_start()
        self.code = self._wait("connect", 0)
        """Of the CONNACK."""

    def publish(self, topic: str, payload: bytes = b"{}", qos: int = 1) -> int:
        """The reason code of the PUBACK; of QoS 0 always 0."""
        return self._wait("publish", self._client.publish(topic, payload, qos).mid)

    def subscribe(self, topic: str) -> int:
        mid = self._client.subscribe(topic, qos=1)[1]
        assert mid is not None
        return self._wait("subscribe", mid)

    def leave(self, *, rudely: bool = False) -> None:
        if rudely:  # without DISCONNECT: the will is published
            line = self._client.socket()
            if line is not None:
                line.close()
        else:
            self._client.disconnect()
        self._client.loop_stop()

    def until_closed(self) -> float:
        """Seconds until the broker has ended the connection, at most SECONDS."""
        begun = time.monotonic()
        with self._news:
            assert self._news.wait_for(lambda: self.closed > 0, SECONDS), "still connected"
        return time.monotonic() - begun

    def until_heard(self, payload: bytes) -> None:
        with self._news:
            assert self._news.wait_for(lambda: any(payload == one for _, one in self.received), SECONDS), payload

    def topics(self) -> set[str]:
        return {topic for topic, _ in self.received}

    def _heard(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._news:
            self.received.append((message.topic, bytes(message.payload)))
            self._news.notify_all()

    def _left(self, _client: Client, _data: object, _flags: object, _code: ReasonCode, _more: object) -> None:
        with self._news:
            self.closed += 1
            self._news.notify_all()

    def _answer(self, what: str, mid: int, code: int) -> None:
        with self._news:
            self._answers[what, mid] = code
            self._news.notify_all()

    def _wait(self, what: str, mid: int) -> int:
        with self._news:
            assert self._news.wait_for(lambda: (what, mid) in self._answers or self.closed, SECONDS), what
            return self._answers.pop((what, mid), NOT_AUTHORIZED)


def pair_in(folder: Path, name: str) -> Files:
    """As `devices certificates create` wrote it."""
    return Files(folder / f"{name}.pem", folder / f"{name}.key")


def three_ports() -> tuple[int, int, int]:
    """Free ones that differ, because all are held until the last is found."""
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        for held in (one, two, three):
            held.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1], three.getsockname()[1]


def account() -> str:
    """Who runs this."""
    return pwd.getpwuid(os.geteuid()).pw_name


def fill_disk(monkeypatch: pytest.MonkeyPatch, folder: Path, written: int) -> None:
    """After so many of the broker's files in this folder were written, the disk is full for one."""
    left, replace = [written], files.replace

    def failing(path: Path, content: bytes, mode: int, owner: Owner | None) -> None:
        if path.parent == folder:
            left[0] -= 1
            if left[0] == -1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        replace(path, content, mode, owner)

    monkeypatch.setattr(files, "replace", failing)
