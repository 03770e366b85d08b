"""The parent's side of the workers: start one, hand it requests, take its answers, notice that it is gone.

Nothing here waits for one worker alone: with two, threads of their own halved the rate (ADR 0032).

A process of its own, started afresh and not forked: it inherits no descriptor, no environment, no secret of ours, and
no lock that a thread of ours held. It ends at the end of its input, so kill -9 of us leaves none behind.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Answer = dict[str, Any]
Request = tuple[str, str]
"""Name of the codec; its input as JSON, "" to see only whether it could be called."""
SCRIPT = Path(__file__).with_name("worker.py")
START_S = 30.0
"""A loaded machine may take that long to start Python."""
PIPE = 65_536
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer: 256 kB of result, each character as an escape, with room to spare."""


class WorkerEnded(Exception):  # noqa: N818  -- what happened to it, not our mistake
    """It answers no more. `fault` is `time` (the kernel stopped it), `silent` (it hung), `died`, or `start`."""

    def __init__(self, fault: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class Worker:
    """One process. It starts at once and is asked meanwhile. Raises OSError when the system has no room for it."""

    def __init__(self, sources: Mapping[str, str], time_limit: float, memory_limit: int, silence: float) -> None:
        self.silence = silence
        self.decodes = 0
        self.deadline = time.monotonic() + START_S
        """When it has said nothing by then, it hangs."""
        self._started = False
        self._incoming = bytearray()
        self._outgoing = _frame({"sources": dict(sources), "limits": [time_limit, memory_limit]})
        self._process = subprocess.Popen(  # noqa: S603  -- our own interpreter and our own file
            [sys.executable, "-I", "-X", "utf8", SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={"TZ": "UTC", "LC_ALL": "C"},  # a codec's dates must not depend on where it runs
            cwd="/",
            process_group=0,  # Ctrl-C of the terminal is for the parent
        )
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self._pipes = self._process.stdin, self._process.stdout, self._process.stderr
        self._stdin, self._stdout, self._stderr = (pipe.fileno() for pipe in self._pipes)
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, requests: Sequence[Request]) -> None:
        """Its answers come in this order, one for each."""
        self.decodes += len(requests)
        if self._started:
            self.deadline = time.monotonic() + self.silence
        self._outgoing += _frame(requests)

    def advance(self) -> list[Answer | None]:
        """Writes and reads what is possible without waiting, and returns the answers that are complete.

        None is the answer to a request that it left for later. Raises WorkerEnded.
        """
        progress = self._write() | self._read()
        answers = list(self._frames())
        if answers and not self._started:
            self._started = True
            del answers[0]
        if progress:
            self.deadline = time.monotonic() + (self.silence if self._started else START_S)
        elif time.monotonic() > self.deadline:
            raise WorkerEnded("silent" if self._started else "start", "gives no answer")
        return answers

    def register(self, poll: select.poll) -> None:
        poll.register(self._stdout, select.POLLIN)
        if self._outgoing:
            poll.register(self._stdin, select.POLLOUT)

    def close(self) -> None:
        """Ends it and waits until it has ended."""
        self._pipes[0].close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            pipe.close()

    def _write(self) -> bool:
        if not self._outgoing:
            return False
        try:
            written = os.write(self._stdin, memoryview(self._outgoing)[:PIPE])
        except BlockingIOError:
            return False
        except BrokenPipeError:  # what it wrote before it ended is still to be read
            self._outgoing.clear()
            return False
        del self._outgoing[:written]
        return True

    def _read(self) -> bool:
        try:
            read = os.read(self._stdout, PIPE)
        except BlockingIOError:
            return False
        if not read:
            raise self._ended()
        self._incoming += read
        return True

    def _frames(self) -> Iterator[Answer | None]:
        """Those that are complete; what a worker cannot say means that it is no longer itself."""
        start = 0
        while (body := start + 4) <= len(self._incoming):
            size = int.from_bytes(self._incoming[start:body], "big")
            if size > LARGEST:
                raise WorkerEnded("died", f"announces an answer of {size} bytes")
            if body + size > len(self._incoming):
                break
            try:
                yield json.loads(self._incoming[body : body + size])
            except (ValueError, RecursionError):
                raise WorkerEnded("died", "says what is no JSON") from None
            start = body + size
        del self._incoming[:start]

    def _ended(self) -> WorkerEnded:
        """Its pipe is closed, so it has ended or is about to; its last words say why."""
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return WorkerEnded("died", "closed its pipe")
        if code == -signal.SIGPROF:
            return WorkerEnded("time", "stopped by the kernel")
        try:
            words = os.read(self._stderr, PIPE).decode(errors="replace").strip().rpartition("\n")[2]
        except BlockingIOError:
            words = ""
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        return WorkerEnded("died" if self._started else "start", f"{reason}: {words}" if words else reason)


def wait_for(workers: Iterable[Worker]) -> None:
    """Until one of them can advance, or has hung."""
    poll = select.poll()
    deadline = float("inf")
    for worker in workers:
        worker.register(poll)
        deadline = min(deadline, worker.deadline)
    poll.poll(max(0.0, deadline - time.monotonic()) * 1000 + 1)


def _frame(value: object) -> bytearray:
    body = json.dumps(value).encode()
    return bytearray(len(body).to_bytes(4, "big") + body)
