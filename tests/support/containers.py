"""docker-compose.yml as something to read, and to run without a container engine.

A folder stands for the volumes and secrets; of what a service is told only paths, ports and the account are replaced.
"""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from guarded import account
from pages import ROOT

from servers import Server, free_port, program

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
RUN_ONCE = {"broker-files", "admin"}
"""They do something and end; nobody asks whether they are healthy."""
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}")
PROGRAMS = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin"


def chosen(value: Any) -> str:
    """A value as compose makes it without any .env: defaults taken, `$$` one dollar."""
    return VARIABLE.sub(lambda found: found[2], str(value)).replace("$$", "$")


def make_secrets(folder: Path) -> Path:
    """What `make secrets` does."""
    subprocess.run(["sh", str(ROOT / "config/secrets.sh"), str(folder)], check=True, capture_output=True)
    return folder


class Containers:
    """Those of the broker, on one machine."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """The same folder with the same port goes on where it was."""
        self.folder, self.secrets = folder, make_secrets(folder / "secrets")
        self.files, self.kept, self.data = (folder / name for name in ("files", "kept", "state"))
        for one in (self.files, self.kept, self.data):
            one.mkdir(exist_ok=True)
        self.port = port or free_port()
        self.config = ROOT / "config"
        self.more: dict[str, str] = {}
        """Variables of a compose.override.yml."""
        command = [program("mosquitto"), *map(self.here, SERVICES["mosquitto"]["command"][1:])]
        self.broker = Server(command, self.port, folder / "mosquitto.log")

    def here(self, text: str) -> str:
        """Each place once, the longest first: `/data` is not that of `/broker/data`."""
        places = {
            "/run/secrets/": f"{self.secrets}/",
            "/broker/files": str(self.files),
            "/broker/data": str(self.kept),
            "/config": str(self.config),
            "/data": str(self.data),
            "@mosquitto:1883": f"@127.0.0.1:{self.port}",
            ":1883": f":{self.port}",
        }
        found = re.compile("|".join(map(re.escape, sorted(places, key=len, reverse=True))))
        return found.sub(lambda one: places[one[0]], text)

    def variables(self, service: str) -> dict[str, str]:
        given = {name: self.here(chosen(value)) for name, value in SERVICES[service]["environment"].items()}
        if "VIGITERRE_BROKER__ACCOUNT" in given:
            given["VIGITERRE_BROKER__ACCOUNT"] = account()
        return given | self.more

    def first_start(self, **more: str) -> subprocess.CompletedProcess[str]:
        """The service that the broker waits for."""
        service = SERVICES["broker-files"]
        words = [*service["entrypoint"], *map(self.here, service["command"])]
        return self._run(words, self.variables("broker-files") | more)

    def admin(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        """docker compose run --rm admin WORDS."""
        return self._run(["vigiterre", *map(str, words)], self.variables("admin") | more)

    def done(self, *words: object) -> str:
        told = self.admin(*words)
        assert told.returncode == 0, told.stderr
        return told.stdout

    def give(self, *devices: str) -> dict[str, str]:
        """New accounts, in force -> their secrets."""
        rows = csv.DictReader(self.done("devices", "credentials", "create", *devices, "--apply").splitlines())
        return {row["user"]: row["password"] for row in rows}

    def content(self) -> dict[str, tuple[bytes, int]]:
        """The broker's files."""
        return {one.name: (one.read_bytes(), one.stat().st_mode & 0o777) for one in sorted(self.files.iterdir())}

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text()

    def _run(self, words: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": PROGRAMS, "TMPDIR": os.environ.get("TMPDIR", "/tmp"), **variables}
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=120)
