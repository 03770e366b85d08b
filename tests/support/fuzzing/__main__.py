"""`python -m fuzzing --inputs 1000000 --seed 3 [--target journal] [--replay FILE]`: two processes, all targets.

The same seed tries the same inputs. Inputs that show a fault are kept in $VIGITERRE_ARTEFACTS, else in a folder
`vigiterre-fuzz` of the system's temporary one; `--replay` tries one again. Ends with 1 when anything was found.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from fuzzing.catalogue import TARGETS, amounts
from fuzzing.trying import CPU_SECONDS, WALL_SECONDS, tried
from fuzzing.work import WITNESS, Finding, Report, folder_in_memory, last_seen, of_json

PROCESSES = 2
MOST_AT_ONCE = 25_000
"""Inputs of one process: its memory is seen to stay where it is, and the two end together."""
DIED_SECONDS = 3_600


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Part(NamedTuple):
    target: str
    first: int
    inputs: int


def parts(wanted: dict[str, int]) -> list[Part]:
    """At least two of each target, so that both processes end at about the same time."""
    found = []
    for name, count in wanted.items():
        size = max(1, min(MOST_AT_ONCE, -(-count // 2)))
        found += [Part(name, first, min(size, count - first)) for first in range(0, count, size)]
    return found


def done(part: Part, seed: str) -> Report:
    """One part in a process of its own."""
    with folder_in_memory() as folder:
        what = part.target, seed, str(part.first), str(part.inputs), str(folder)
        command = [sys.executable, "-m", "fuzzing.worker", *what]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DIED_SECONDS)
        if ended.returncode == 0:
            return of_json(ended.stdout)
        return died(part, folder, ended.returncode)


def died(part: Part, folder: Path, code: int) -> Report:
    """A process that did not come back: killed by what it was trying, or by a mistake of the target's own."""
    noted, stack = folder / f"{part.target}.{WITNESS}", folder / "stack"
    data = last_seen(noted) if noted.exists() else b""
    trace = stack.read_text() if stack.exists() else ""
    finding = Finding(f"the process ended with {code}", trace, -1, data.hex())
    return Report(part.target, crashes=1, findings=[finding])


def tabled(reports: Sequence[Report]) -> str:
    head = ("target", "inputs", "seconds", "taken", "refused", "crashes", "unexplained", "slowest ms", "peak MB")
    rows = [
        (
            one.target, f"{one.inputs:,}", f"{one.seconds:.0f}", f"{one.readings:,}",
            f"{sum(one.refusals.values()):,}", str(one.crashes),
            str(one.unexplained), f"{one.slowest_ms:.0f}", str(one.peak_mb),
        )
        for one in reports
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    )


def reasons(report: Report, most: int = 14) -> str:
    """The most frequent first."""
    ordered = sorted(report.refusals.items(), key=lambda one: -one[1])
    words = [f"{reason} {count:,}" for reason, count in ordered[:most]]
    return ", ".join(words + (["..."] if len(ordered) > most else [])) or "-"


def artefacts() -> Path:
    named = os.environ.get("VIGITERRE_ARTEFACTS")
    folder = Path(named) if named else Path(tempfile.gettempdir()) / "vigiterre-fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shown(report: Report, seed: str) -> None:
    """What was found, as a case for tests/data/fuzz."""
    for one in report.findings:
        data = bytes.fromhex(one.data)
        path = artefacts() / f"{report.target}-{sha256(data).hexdigest()[:12]}.bin"
        path.write_bytes(data)
        say(f"\n{report.target}: {one.kind} (seed {seed}, input {one.input})\n{one.trace}")
        say(f"kept as {path}; as a test: tests/data/fuzz/{report.target}/{path.name}\n  {data[:2_000]!r}")


def replay(target: str, path: Path) -> int:
    with folder_in_memory() as folder:
        made = TARGETS[target].make(folder / "work")
        tally, fault, seconds = tried(made, path.read_bytes())
        made.close()
    say(fault.trace if fault else f"nothing wrong: {tally} in {1000 * seconds:.0f} ms")
    return 1 if fault else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="fuzzing", description="Tries inputs nobody meant on every way in.")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", default="")
    parser.add_argument("--target", choices=sorted(TARGETS))
    parser.add_argument("--replay", type=Path, metavar="FILE", help="one input, of --target")
    asked = parser.parse_args(arguments)
    if asked.replay:
        if not asked.target:
            parser.error("--replay needs --target")
        return replay(asked.target, asked.replay)
    seed = asked.seed or str(time.time_ns() // 1_000_000_000)
    wanted = {asked.target: asked.inputs} if asked.target else amounts(asked.inputs)
    return fuzz(wanted, seed)


def fuzz(wanted: dict[str, int], seed: str) -> int:
    began, reports = time.monotonic(), {name: Report(name) for name in wanted}
    limits = f"{CPU_SECONDS:g} s of computing or {WALL_SECONDS:g} s for one input are a crash"
    say(f"seed {seed}, {sum(wanted.values()):,} inputs, {PROCESSES} processes; {limits}")
    with ThreadPoolExecutor(PROCESSES) as pool:
        for report in pool.map(lambda part: done(part, seed), parts(wanted)):
            reports[report.target].add(report)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{sum(one.inputs for one in reports.values()):,} inputs")
                sys.stderr.flush()
    for report in reports.values():
        shown(report, seed)
    say(f"\n{tabled(list(reports.values()))}\n\nrefused, by reason:")
    for report in reports.values():
        say(f"  {report.target}: {reasons(report)}")
    return summed(list(reports.values()), seed, time.monotonic() - began)


def summed(reports: Sequence[Report], seed: str, seconds: float) -> int:
    """The last line, and the exit code."""
    whole = Report("all")
    for one in reports:
        whole.add(one)
    facts = {
        "seed": seed,
        "inputs": whole.inputs,
        "seconds": round(seconds),
        "taken": whole.readings,
        "refused": sum(whole.refusals.values()),
        "crashes": whole.crashes,
        "unexplained": whole.unexplained,
        "slowest_ms": whole.slowest_ms,
        "peak_mb": whole.peak_mb,
    }
    say(f"\n{json.dumps(facts)}")
    return 1 if whole.crashes or whole.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
