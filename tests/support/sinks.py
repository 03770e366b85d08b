"""Both ends of an alert: readings go in by MQTT; mails and webhooks come out, and are kept with the time they came."""

import json
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from servers import free_port, wait_until

CONFIG = Path(__file__).parent.parent.parent / "config"
MINUTE = 60_000
MODEL = """
maker = "Test"
name = "Four seconds"
codec = "native"
interval = 4
[[quantities]]
quantity = "co2"
[[quantities]]
quantity = "air_temperature"
"""
"""A model that is soon silent."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Notice:
    """What a webhook was sent."""

    at: int
    """Wall clock, ms."""
    document: Any

    @property
    def id(self) -> str:
        return str(self.document["notice_id"])

    @property
    def sent(self) -> int:
        """When it was worded, ms."""
        return round(datetime.fromisoformat(self.document["sent_at"]).timestamp() * 1000)

    @property
    def kind(self) -> str:
        return str(self.document["kind"])

    @property
    def devices(self) -> list[str]:
        return [str(one["device"]) for one in self.document["alerts"]]

    @property
    def rules(self) -> set[str]:
        return {str(one["rule"]) for one in self.document["alerts"]}


class Hook:
    """A webhook at an address that stays when it stops and starts again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.notices: list[Notice] = []
        self.hanging = False
        """Takes what comes and does not answer, until it stops."""
        self._stopped = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/vigiterre"

    def start(self) -> Self:
        self._stopped.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._stopped.set()
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                at = now_ms()
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.notices.append(Notice(at, json.loads(body)))
                if sink.hanging:
                    sink._stopped.wait(60)
                    return
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests say what they need."""

        return Handler

    def of(self, device: str) -> list[str]:
        """The kinds of the notices about a device, in the order they came."""
        return [one.kind for one in list(self.notices) if device in one.devices]

    def told(self, device: str) -> list[str]:
        """The same, a repetition left out, which has the id of what it repeats: a kill may come before it was noted."""
        return list({one.id: one.kind for one in list(self.notices) if device in one.devices}.values())

    def wait_for(self, device: str, *kinds: str, seconds: float = 30) -> None:
        """Until exactly these came about a device. Raises AssertionError as soon as others did."""

        def told() -> bool:
            came = self.of(device)
            assert came == list(kinds)[: len(came)], f"{device}: {came}, expected {kinds}"
            return len(came) == len(kinds)

        wait_until(told, f"notices {kinds} about {device}, there are {self.of(device)}", seconds)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class Devices:
    """Publishes as devices do, at QoS 1; `say` returns when the broker has confirmed all."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.max_inflight_messages_set(1_000)
        self._client.reconnect_delay_set(1, 2)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def say(self, device: str, at: int | None = None, domain: str = "building", **values: float) -> None:
        """One reading; `at` is its own time, ms, else now. Raises RuntimeError without a broker."""
        self.say_all([device], at, domain, **values)

    def say_all(self, devices: Iterable[str], at: int | None = None, domain: str = "building", **values: float) -> None:
        body = json.dumps({"time": (now_ms() if at is None else at) / 1000, "values": values})
        handles = [self._client.publish(f"vigiterre/{domain}/{one}/up", body, qos=1) for one in devices]
        for handle in handles:
            handle.wait_for_publish(30)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def devices_at(port: int) -> Iterator[Devices]:
    devices = Devices(port)
    try:
        yield devices
    finally:
        devices.close()


def write_config(folder: Path, rules: str, notify: str, many: Mapping[str, str] | None = None) -> Path:
    """The shipped Allier with other rules and notices, and with devices (id -> site) that send every few seconds."""
    shutil.copytree(CONFIG, folder)
    (folder / "rules.toml").write_text(rules)
    (folder / "notify.toml").write_text(notify)
    (folder / "models" / "four-seconds.toml").write_text(MODEL)
    with (folder / "devices.csv").open("a") as rows:
        for device, site in (many or {}).items():
            rows.write(f"{device},four-seconds,building,{site},Salle {device},03190,,,,departement-03,,test,\n")
    return folder
