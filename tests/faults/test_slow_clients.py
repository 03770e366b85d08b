"""Clients that send a byte a second, on the real process: they keep nobody out, and they end."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import Mosquitto, Vigiterre, wait_until

CONFIG = Path(__file__).parents[2] / "config"
BEGINNINGS = (b"", b"GET /devices HTTP/1.1\r\nX-Slow: ", b"POST /sign-in HTTP/1.1\r\nContent-Length: 60000\r\n\r\n")
MANY = 200


@pytest.fixture
def vigiterre(tmp_path: Path, mosquitto: Mosquitto, unique: str) -> Iterator[Vigiterre]:
    names = {"VIGITERRE_MQTT__ROOT": unique, "VIGITERRE_MQTT__CLIENT_ID": unique}
    with Vigiterre(tmp_path, CONFIG, mosquitto.url, "", **names) as running:
        yield running


class Slow:
    """Connections that each send a byte a second until they are ended."""

    def __init__(self, port: int, count: int) -> None:
        self.open = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        for number, one in enumerate(self.open):
            one.sendall(BEGINNINGS[number % len(BEGINNINGS)])
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._dribble)
        self._thread.start()

    def _dribble(self) -> None:
        while not self._over.wait(1):
            for one in list(self.open):
                try:
                    one.sendall(b"x")
                except OSError:
                    self.open.remove(one)
                    one.close()

    def end(self) -> None:
        self._over.set()
        self._thread.join()
        for one in self.open:
            one.close()


def test_two_hundred_slow_clients_keep_nobody_from_the_pages_and_are_ended(vigiterre: Vigiterre) -> None:
    slow = Slow(vigiterre.port, MANY)
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(slow.end)
        assert len(slow.open) == MANY
        for _ in range(20):
            assert vigiterre.get("/livez") == (200, "ok\n")
            assert vigiterre.get("/metrics")[0] == 200
        wait_until(lambda: not slow.open, "the end of the slow ones; a request may take 10 s", 60)
    assert vigiterre.get("/livez") == (200, "ok\n")
    assert vigiterre.metric("vigiterre_mqtt_connected") == 1
