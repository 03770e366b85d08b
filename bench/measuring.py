"""CPU time, memory and the machine: what every bench measures with.

CPU is user + system time as the kernel counts it, of a process and of the children it started (codecs in JavaScript);
broker, database and publisher are other processes and never in it. /proc counts in steps of 10 ms.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from servers import Influxd, Mosquitto

TICK = os.sysconf("SC_CLK_TCK")


class Memory(NamedTuple):
    """MB of a process and its children."""

    resident: int
    peak: int
    """The highest there was: VmHWM, summed."""


def cpu_of(pid: int) -> float:
    """User + system seconds of a process, and of its children, those that ended included."""
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / TICK


def memory_of(pid: int) -> Memory:
    resident = peak = 0
    for one in family(pid):
        status = status_of(one)
        resident += int(status["VmRSS"].split()[0])
        peak += int(status["VmHWM"].split()[0])
    return Memory(resident // 1024, peak // 1024)


def file_bytes_of(pid: int) -> int:
    """What it has read from files so far, from memory of the kernel or from a disk."""
    return sum(int(Path(f"/proc/{one}/io").read_text().split()[1]) for one in family(pid))


def wakeups_of(pid: int) -> int:
    """How often its threads have gone to sleep of themselves, and so have been woken: what a timer storm shows in."""
    found = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += int(status_of(f"{pid}/task/{task.name}")["voluntary_ctxt_switches"])
    return found


def status_of(pid: int | str) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def family(pid: int) -> Iterator[int]:
    """A process and its descendants, as they are now."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def cost(count: int, work: Callable[[], object]) -> float:
    """CPU microseconds a reading, of this process, all threads."""
    started = time.process_time()
    work()
    return (time.process_time() - started) / count * 1e6


def share(values: Sequence[float], part: float) -> float:
    """The value of sorted ones below which that part of them is; NaN of none."""
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def wait_until(what: str, reached: Callable[[], bool], seconds: float = 120, every: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {what} took more than {seconds:.0f} s")
        time.sleep(every)


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{os.cpu_count()} x {model or platform.machine()}, Python {platform.python_version()}"


def print_machine() -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    print(f"{processor()}, {memory:.0f} GiB, Linux {platform.release()}")
    print(f"{Mosquitto.version()}; {Influxd.version()}", flush=True)
