"""Real servers for tests and benches: mosquitto and influxd on free loopback ports, ended by their process id."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from canaries import OF_EVERY_PROCESS

START_SECONDS = 30
STOP_SECONDS = 10
FIRST_PORT, PORTS = 10_000, 2_800
"""Of each worker. Linux gives connections ports from 32768 on, so none takes one before its server starts."""


def _ports() -> Iterator[int]:
    """One after another, so that none comes again soon; processes of one worker begin at different places."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    for number in count(os.getpid() * 37):
        yield FIRST_PORT + worker * PORTS + number % PORTS


PORTS_IN_TURN = _ports()


def free_port() -> int:
    """Nobody listens there, and nobody else of these tests is told of it."""
    for port in PORTS_IN_TURN:
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError("ports do not end")


def program(name: str) -> str:
    """Absolute path of a server; Debian keeps some in /usr/sbin, which is not on everybody's PATH."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError(f"{name} is not installed: run `make deps` as root")
    return found


class Server:
    """One server process of ours: start, stop, kill, freeze."""

    start_seconds = START_SECONDS

    def __init__(self, command: list[str], port: int, log: Path, environment: dict[str, str] | None = None) -> None:
        self.command = command
        self.port = port
        self.log = log
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=self.environment
            )
        deadline = time.monotonic() + self.start_seconds
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.command[0]} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)
        return self

    def ready(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self) -> int:
        """SIGTERM, and SIGKILL when that does not help. Returns the exit code, 0 when it did not run."""
        if self.process is None:
            return 0
        self.signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL
        self.process = None
        return code

    def kill(self) -> None:
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait(STOP_SECONDS)
            self.process = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Mosquitto(Server):
    """A broker that keeps what it confirms; `extra` lines go to its configuration file.

    `durable=False` saves only when it stops: with it, each change writes the whole queue, which a long backlog cannot
    afford (100,000 messages took over ten minutes).
    """

    def __init__(
        self, folder: Path, extra: str = "allow_anonymous true", port: int | None = None, *, durable: bool = True
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = port or free_port()
        self.configuration = folder / "mosquitto.conf"
        self.configuration.write_text(
            f"listener {port} 127.0.0.1\n"
            f"persistence true\npersistence_location {folder}/\n"
            f"autosave_on_changes {str(durable).lower()}\nautosave_interval {1 if durable else 1800}\n"
            "max_queued_messages 0\n"
            f"{'user root' if os.geteuid() == 0 else ''}\n{extra}\n"
        )
        super().__init__([program("mosquitto"), "-c", str(self.configuration)], port, folder / "mosquitto.log")

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    @staticmethod
    def version() -> str:
        answer = subprocess.run([program("mosquitto"), "-h"], capture_output=True, text=True, check=False)
        return answer.stdout.splitlines()[0].strip()


INFLUX_CONF = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "tsi1"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
  auth-enabled = {auth}
[monitor]
  store-enabled = false
[logging]
  level = "warn"
"""


class Influxd(Server):
    """An InfluxDB 1.x."""

    def __init__(self, folder: Path, *, auth: bool = False, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = port or free_port()
        configuration = folder / "influxdb.conf"
        configuration.write_text(
            INFLUX_CONF.format(folder=folder, port=port, rpc=free_port(), auth="true" if auth else "false")
        )
        super().__init__([program("influxd"), "-config", str(configuration)], port, folder / "influxd.log")

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=1) as answer:
                return int(answer.status) == 204
        except (urllib.error.URLError, OSError):
            return False

    def url(self, database: str) -> str:
        return f"influxdb://127.0.0.1:{self.port}/{database}"

    @staticmethod
    def version() -> str:
        answer = subprocess.run([program("influxd"), "version"], capture_output=True, text=True, check=False)
        return answer.stdout.strip()


class Vigiterre(Server):
    """A real `vigiterre run`, configured by environment alone."""

    def __init__(self, folder: Path, config: Path, mqtt: str, store: str, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        super().__init__(
            [sys.executable, "-m", "vigiterre", "run"],
            port,
            folder / "vigiterre.log",
            {
                **os.environ,
                "VIGITERRE_CONFIG": str(config),
                "VIGITERRE_DATA_DIR": str(folder / "data"),
                "VIGITERRE_MQTT__URL": mqtt,
                "VIGITERRE_STORE__URL": store,
                "VIGITERRE_CONSOLE__BIND": f"127.0.0.1:{port}",
                "VIGITERRE_GRAFANA__TOKEN": OF_EVERY_PROCESS,
                **environment,
            },
        )

    def ready(self) -> bool:
        """It answers; whether broker and store do is another question: see `get("/readyz")`."""
        return self.get("/livez")[0] == 200

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 when nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str) -> float:
        """A number of /metrics by its whole name with labels; -1 when it is not there."""
        lines = self.get("/metrics")[1].splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), -1.0)

    def wait_for(self, name: str, value: float, seconds: float = 60) -> None:
        """Until a metric has at least this value."""
        wait_until(lambda: self.metric(name) >= value, f"{name} >= {value}, it is {self.metric(name)}", seconds)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `vigiterre` command, on the same configuration and data_dir."""
        return subprocess.run(
            [sys.executable, "-m", "vigiterre", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def wait_until(reached: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


def publish_lines(broker: Mosquitto, topic: str, lines: Sequence[str]) -> None:
    """`mosquitto_pub -l` at QoS 1; at most 20,000 lines, of many more it loses some."""
    assert len(lines) <= 20_000
    command = [program("mosquitto_pub"), "-p", str(broker.port), "-q", "1", "-V", "mqttv5", "-t", topic, "-l"]
    subprocess.run(command, input="\n".join(lines) + "\n", text=True, check=True, timeout=300)


def publish_bytes(broker: Mosquitto, topic: str, payload: bytes) -> None:
    """One message, whatever its bytes."""
    command = [program("mosquitto_pub"), "-p", str(broker.port), "-q", "1", "-V", "mqttv5", "-t", topic]
    subprocess.run([*command, "-s" if payload else "-n"], input=payload, check=True, timeout=60)


def influx_rows(influxd: Influxd, database: str, query: str) -> list[dict[str, Any]]:
    """An InfluxQL answer as rows, times in ms, tags of GROUP BY included."""
    asked = urllib.parse.urlencode({"db": database, "epoch": "ms", "q": query})
    with urllib.request.urlopen(f"http://127.0.0.1:{influxd.port}/query?{asked}", timeout=60) as answer:
        [result] = json.load(answer)["results"]
    assert "error" not in result, result
    return [
        {**dict(zip(series["columns"], values, strict=True)), **series.get("tags", {})}
        for series in result.get("series", [])
        for values in series["values"]
    ]
