"""One process of the stage in its role: killed and frozen by us, started again by a supervisor as systemd would."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from servers import Server

SUPERVISE_SECONDS = 0.1
RESTART_SECONDS = 0.3
END_SECONDS = 10


@dataclass(frozen=True)
class Kill:
    """A process that we ended. Times are Unix seconds; `started` is what the kernel says of this pid."""

    role: str
    pid: int
    started: float
    at: float
    signal: str


@dataclass
class KillLog:
    kills: list[Kill] = field(default_factory=list)

    def note(self, role: str, pid: int, number: signal.Signals) -> None:
        self.kills.append(Kill(role, pid, started_at(pid), time.time(), number.name))

    def count(self, role: str) -> int:
        """By SIGKILL."""
        return sum(one.role == role and one.signal == "SIGKILL" for one in self.kills)


class Role:
    """Threads: faults use it from one, the supervisor starts it again from another."""

    def __init__(self, name: str, server: Server, log: KillLog, complain: Callable[[str, str], None]) -> None:
        self.name = name
        self.server = server
        self.starts = 0
        self._log = log
        self._complain = complain
        self._wanted = threading.Event()
        self._over = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name=f"supervisor of {name}", daemon=True)

    def start(self) -> Self:
        self.server.start()
        self.starts += 1
        self._wanted.set()
        self._supervisor.start()
        return self

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        process = self.server.process
        return process.pid if process is not None and process.poll() is None else None

    def kill(self) -> None:
        """SIGKILL, noted. It comes back by the supervisor."""
        self._end(signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, and it stays down until `release`."""
        self._wanted.clear()
        self._end(number)

    def release(self) -> None:
        self._wanted.set()

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def send(self, number: signal.Signals) -> None:
        if self.pid is not None:
            self.server.signal(number)

    def close(self) -> None:
        """End it for good, frozen or not."""
        self._over.set()
        self._wanted.clear()
        if self._supervisor.is_alive():
            self._supervisor.join(2 * END_SECONDS)
        self.thaw()
        self.server.stop()

    def _end(self, number: signal.Signals) -> None:
        process = self.server.process
        if process is None or process.poll() is not None:
            return
        self._log.note(self.name, process.pid, number)
        process.send_signal(number)
        if number is signal.SIGTERM:
            process.send_signal(signal.SIGCONT)
        try:
            process.wait(2 * END_SECONDS)
        except subprocess.TimeoutExpired:
            self._complain(self.name, f"{number.name} does not end it")

    def _supervise(self) -> None:
        while not self._over.wait(SUPERVISE_SECONDS):
            if self._wanted.is_set() and self.pid is None:
                self._over.wait(RESTART_SECONDS)
                self._start_again()

    def _start_again(self) -> None:
        if not self._wanted.is_set() or self._over.is_set():
            return
        try:
            self.server.start()
            self.starts += 1
        except (RuntimeError, AttributeError):
            """It died while it started: killed again, or a configuration that it refuses. The next round tries anew."""


def started_at(pid: int) -> float:
    """Unix seconds at which the process with this pid began, of /proc; 0 when there is none."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except OSError:
        return 0.0
    return int(boot.split()[1]) + int(after_name[19]) / os.sysconf("SC_CLK_TCK")
