"""What a process needs of the system, taken away while it runs: file descriptors, memory, processor time."""

import http.client
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count

from chaos.fault import Fault
from chaos.stage import Stage
from chaos.watching import alerts_on_ourselves, came, watch_platform

MEBIBYTE = 1 << 20
UNLIMITED = resource.RLIM_INFINITY
BURNERS = 4
BURN = "import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end:\n    pass"
NICE = 15


class NoDescriptors(Fault):
    """No file descriptor more than what it has now; then the link to the broker is cut: a new one would need one.

    Nobody can connect to /readyz then, so a connection is opened before.
    """

    name, touches, alone = "descriptors", frozenset({"ingestor", "link"}), True
    hold = (3.0, 6.0)

    def inject(self, stage: Stage) -> None:
        watch_platform(stage, self.name)
        self.began, self.pid, self.mark = time.time_ns() // 1_000_000, stage.ingestor.pid, stage.mark()
        assert self.pid is not None
        pages = http.client.HTTPConnection("127.0.0.1", stage.vigiterre.port, timeout=10)
        pages.request("GET", "/livez")
        pages.getresponse().read()
        self.before = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        used = {int(name) for name in os.listdir(f"/proc/{self.pid}/fd")}  # noqa: PTH208
        unused = next(number for number in count() if number not in used)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (unused, self.before[1]))
        pages.request("GET", "/readyz")
        answer = pages.getresponse()
        said = answer.read().decode()
        if answer.status != 503 or "LimitNOFILE" not in said:
            stage.complain(self.name, f"/readyz does not say it: {answer.status} {said}")
        pages.close()
        stage.tap.cut()

    def heal(self, stage: Stage) -> None:
        assert self.pid is not None
        if stage.ingestor.pid != self.pid:
            stage.complain(self.name, f"it did not go on: {stage.log_since(self.mark)[-2000:]}")
            return
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, self.before)
        came(lambda: not alerts_on_ourselves(stage, self.began)[1])
        opened, still = alerts_on_ourselves(stage, self.began)
        if opened["platform_descriptors"] != 1 or still:
            stage.complain(self.name, f"alerts on ourselves: {opened}, open: {still}")


class NoMemory(Fault):
    """Hardly any memory more than what it has now, and ten times as many messages.

    It may die of it, then it comes back without the limit; a process with a limit of its own would do the same again.
    """

    name, touches = "memory", frozenset({"ingestor", "devices"})
    hold = (2.0, 5.0)
    SPARE = 2 * MEBIBYTE

    def inject(self, stage: Stage) -> None:
        self.pid = stage.ingestor.pid
        if self.pid is not None:
            with suppress(ProcessLookupError):
                resource.prlimit(self.pid, resource.RLIMIT_DATA, (data_of(self.pid) + self.SPARE, UNLIMITED))
        stage.fleet.rate = 10 * stage.plan.rate

    def heal(self, stage: Stage) -> None:
        stage.fleet.rate = stage.plan.rate
        if self.pid is not None and self.pid == stage.ingestor.pid:
            with suppress(ProcessLookupError):
                resource.prlimit(self.pid, resource.RLIMIT_DATA, (UNLIMITED, UNLIMITED))


def data_of(pid: int) -> int:
    """Bytes that RLIMIT_DATA counts of a process."""
    with open(f"/proc/{pid}/status") as status:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))


class Starved(Fault):
    """Others burn the processors for a while, and we are less important than they are."""

    name, touches = "processor", frozenset({"processor"})
    hold = (2.0, 4.0)

    def inject(self, stage: Stage) -> None:
        pid = stage.ingestor.pid
        self.reniced = renice(pid, NICE) if pid is not None and os.geteuid() == 0 else []
        command = [sys.executable, "-c", BURN.format(seconds=self.hold[1])]
        self.burners = [subprocess.Popen(command) for _ in range(BURNERS)]

    def heal(self, stage: Stage) -> None:  # noqa: ARG002
        for one in self.burners:
            one.send_signal(signal.SIGKILL)
            one.wait()
        for task in self.reniced:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, task, 0)


def renice(pid: int, nice: int) -> list[int]:
    """Every thread of a process."""
    done = []
    with suppress(FileNotFoundError):
        for task in map(int, os.listdir(f"/proc/{pid}/task")):  # noqa: PTH208
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, task, nice)
                done.append(task)
    return done


FAULTS: list[type[Fault]] = [NoDescriptors, NoMemory, Starved]
