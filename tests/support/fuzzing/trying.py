"""One input tried under a watchdog: a fault is what the product raised, or that it took too long."""

import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from fuzzing.target import Tally, Target, Unexplained

CPU_SECONDS = 2.0
"""Of our own computing; more for one input is a fault. Not of the clock on the wall: other programs run too."""
WALL_SECONDS = 60.0
"""For what waits and does not compute."""
PANIC = "pyo3_runtime"


class TooLong(BaseException):
    """Not an Exception, so that nothing in between takes it for one of its own."""


class Fault(NamedTuple):
    kind: str
    """Type of what was raised, and where: two faults of one kind are taken for the same."""
    trace: str
    unexplained: bool


@contextmanager
def watched(cpu: float = CPU_SECONDS, wall: float = WALL_SECONDS) -> Iterator[None]:
    """Raises TooLong inside. In the main thread only."""

    def end(number: int, _frame: object) -> None:
        raise TooLong(f"more than {cpu:g} s of computing" if number == signal.SIGPROF else f"more than {wall:g} s")

    before = signal.signal(signal.SIGPROF, end), signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_PROF, cpu)
    signal.setitimer(signal.ITIMER_REAL, wall)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGPROF, before[0])
        signal.signal(signal.SIGALRM, before[1])


def tried(target: Target, data: bytes) -> tuple[Tally, Fault | None, float]:
    """What became of an input, what was wrong, and the seconds it took."""
    began = time.perf_counter()
    tally, fault = Tally(), None
    try:
        with watched():
            tally = target.run(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A panic of Rust and TooLong are no Exceptions; anything else that is none is not ours to keep.
        if not isinstance(error, Exception | TooLong) and type(error).__module__ != PANIC:
            raise
        fault = _fault(error)
    return tally, fault, time.perf_counter() - began


def _fault(error: BaseException) -> Fault:
    frames = traceback.extract_tb(error.__traceback__)
    inner = next((one for one in reversed(frames) if "site-packages" not in one.filename), frames[-1])
    place = f"{inner.filename.rsplit('/', 1)[-1]} {inner.name}"
    if isinstance(error, TooLong):  # it is anywhere that it was noticed
        place = next((f"{one.name}" for one in frames if "/fuzzing/" in one.filename and one.name == "run"), "")
    detail = str(error)[:60] if isinstance(error, AssertionError) else ""
    kind = " ".join(filter(None, (type(error).__name__, place, detail)))
    return Fault(kind, "".join(traceback.format_exception(error))[-6_000:], isinstance(error, Unexplained))
