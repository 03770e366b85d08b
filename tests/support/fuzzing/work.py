"""A run of inputs of one target in this process, and what came of it as JSON for the process that asked."""

import json
import mmap
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from fuzzing.catalogue import TARGETS
from fuzzing.minimal import minimal
from fuzzing.target import Tally, Target
from fuzzing.trying import Fault, tried

MOST_KINDS = 20
"""Of faults, whose inputs are kept: after that something is wrong that many inputs show."""
WITNESS_BYTES = 1 << 20
MINIMAL_SECONDS = 20.0
MEMORY = Path("/dev/shm")
WITNESS = "now"
"""Suffix of the file that holds the input being tried, should the process die of it."""


class Finding(NamedTuple):
    kind: str
    trace: str
    input: int
    data: str
    """Hexadecimal; made short."""


@dataclass
class Report:
    """Of one run; adds up."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    readings: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    crashes: int = 0
    unexplained: int = 0
    slowest_ms: float = 0.0
    peak_mb: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        self.inputs += other.inputs
        self.seconds += other.seconds
        self.readings += other.readings
        self.crashes += other.crashes
        self.unexplained += other.unexplained
        self.slowest_ms = max(self.slowest_ms, other.slowest_ms)
        self.peak_mb = max(self.peak_mb, other.peak_mb)
        for reason, count in other.refusals.items():
            self.refusals[reason] = self.refusals.get(reason, 0) + count
        known = {one.kind for one in self.findings}
        self.findings += [one for one in other.findings if one.kind not in known]


def input_of(target: Target, name: str, seed: str, number: int) -> bytes:
    """The same whenever and wherever it is drawn."""
    return target.draw(Random(f"{seed}/{name}/{number}"))


def run(name: str, seed: str, first: int, count: int, folder: Path) -> Report:
    """Inputs `first` and the following; `folder` is empty and ours."""
    report, total, began = Report(name), Tally(), time.monotonic()
    target = TARGETS[name].make(folder / "work")
    with witness(folder / f"{name}.{WITNESS}") as note:
        for number in range(first, first + count):
            data = input_of(target, name, seed, number)
            note(data)
            tally, fault, seconds = tried(target, data)
            total.add(tally)
            report.inputs += 1
            report.slowest_ms = max(report.slowest_ms, round(1000 * seconds, 1))
            if fault is not None:
                report.unexplained += fault.unexplained
                report.crashes += not fault.unexplained
                _keep(report, target, number, data, fault)
    target.close()
    report.seconds = round(time.monotonic() - began, 2)
    report.readings, report.refusals = total.readings, {key: count for key, count in total.refusals.items() if count}
    report.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return report


def _keep(report: Report, target: Target, number: int, data: bytes, fault: Fault) -> None:
    """The first input of each kind of fault, made short."""
    if len(report.findings) >= MOST_KINDS or any(one.kind == fault.kind for one in report.findings):
        return
    until = time.monotonic() + MINIMAL_SECONDS

    def fails(shorter: bytes) -> bool:
        if time.monotonic() > until:
            return False
        other = tried(target, shorter)[1]
        return other is not None and other.kind == fault.kind

    report.findings.append(Finding(fault.kind, fault.trace, number, minimal(data, fails).hex()))


@contextmanager
def witness(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Notes the input being tried where it outlives this process. The file is gone when all went well."""
    path.write_bytes(bytes(WITNESS_BYTES))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), WITNESS_BYTES) as shared:

        def note(data: bytes) -> None:
            kept = data[: WITNESS_BYTES - 4]
            shared[: 4 + len(kept)] = len(kept).to_bytes(4, "little") + kept

        yield note
    path.unlink()


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Where there is such a place: thousands of files a second need no disk."""
    with tempfile.TemporaryDirectory(prefix="fuzz", dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


def last_seen(path: Path) -> bytes:
    """What a process that died was trying."""
    content = path.read_bytes()
    return content[4 : 4 + int.from_bytes(content[:4], "little")]


def as_json(report: Report) -> str:
    return json.dumps(asdict(report))


def of_json(text: str) -> Report:
    found = json.loads(text)
    return Report(**{**found, "findings": [Finding(*one) for one in found["findings"]]})
