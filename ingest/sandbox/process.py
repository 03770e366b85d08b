"""The parent's side of one worker: start it, hand it requests, read its answers, notice that it is gone.

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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Answer = dict[str, Any]
Request = tuple[str, str]
"""Name of the codec; its input as JSON, "" to see only whether it could be called."""
SCRIPT = Path(__file__).with_name("worker.py")
START_S = 30.0
"""A loaded machine may take that long to start Python."""
PIPE = 65_536


class WorkerEnded(Exception):  # noqa: N818  -- what happened to it, not our mistake
    """It answers no more. `fault` is `time` (the kernel stopped it), `silent` (it hung) or `died`."""

    def __init__(self, fault: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class Worker:
    """Raises OSError when the system cannot start it, WorkerEnded when it starts and gives up at once."""

    def __init__(self, sources: Mapping[str, str], time_limit: float, memory_limit: int, silence: float) -> None:
        self.silence = silence
        self.decodes = 0
        self._pending = bytearray()
        self._process = subprocess.Popen(  # noqa: S603  -- our own interpreter and our own file
            [sys.executable, "-I", "-X", "utf8", SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"TZ": "UTC", "LC_ALL": "C"},  # a codec's dates must not depend on where it runs
            cwd="/",
            process_group=0,  # Ctrl-C of the terminal is for the parent
        )
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self._stdin, self._stdout = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._stderr = self._process.stderr.fileno()
        for descriptor in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(descriptor, False)
        try:
            self._send({"sources": dict(sources), "limits": [time_limit, memory_limit]}, START_S)
            self._receive(START_S)
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, requests: Sequence[Request]) -> Iterator[Answer | None]:
        """The answers in order, each when it is there; None for a request left for later. Raises WorkerEnded."""
        self.decodes += len(requests)
        self._send(requests, self.silence)
        for _ in requests:
            yield self._receive(self.silence)

    def close(self) -> None:
        """Ends it and waits until it has ended."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _send(self, value: object, patience: float) -> None:
        body = json.dumps(value).encode()
        frame = memoryview(len(body).to_bytes(4, "big") + body)
        deadline = time.monotonic() + patience
        while frame:
            self._wait(self._stdin, select.POLLOUT, deadline, patience)
            try:
                frame = frame[os.write(self._stdin, frame[:PIPE]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise self._ended() from None

    def _receive(self, patience: float) -> Any:
        deadline = time.monotonic() + patience
        head = self._take(4, deadline, patience)
        return json.loads(self._take(int.from_bytes(head, "big"), deadline, patience))

    def _take(self, size: int, deadline: float, patience: float) -> bytes:
        while len(self._pending) < size:
            self._wait(self._stdout, select.POLLIN, deadline, patience)
            try:
                read = os.read(self._stdout, PIPE)
            except BlockingIOError:
                continue
            if not read:
                raise self._ended()
            self._pending += read
        taken = bytes(self._pending[:size])
        del self._pending[:size]
        return taken

    def _wait(self, descriptor: int, event: int, deadline: float, patience: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise WorkerEnded("silent", f"no answer in {patience:g} s")

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
        return WorkerEnded("died", f"{reason}: {words}" if words else reason)
