"""Makers' JavaScript codecs, run in processes that may be lost: in come jobs, out come measurements or words.

What a codec can do to others is bounded: its time and memory by QuickJS, what QuickJS cannot interrupt by the kernel
(worker.py), what its worker costs when it dies by the fuse. Each message meets a world that no other has seen.
"""

import json
import math
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from devices.errors import DecodeError
from devices.problems import NOTHING, Bilingual, near
from ingest.codecs.job import Job, Outcome
from ingest.sandbox.answer import Answer, measurements
from ingest.sandbox.fuse import Fuse
from ingest.sandbox.process import Request, Worker, WorkerEnded
from ingest.sandbox.texts import fault_text, told

MIB = 1024 * 1024
CHUNK = 32
"""Requests given to a worker at once, so that neither waits for the other's turn..."""
CHUNK_CHARACTERS = MIB
"""... and no more than this of them, beyond the first."""
RECYCLE = 50_000
"""Decodes after which a worker is replaced, in case QuickJS leaks what nobody has measured."""
SILENCE = 5.0
"""Seconds without an answer after which a worker is killed. The kernel ends what computes too long far earlier; this is
for what neither computes nor answers, and long enough that a loaded machine is not taken for that."""
STARTS = 3
HARD = frozenset({"time", "memory", "silent", "died"})
"""What strikes a codec's fuse."""
LONGEST_TEXT = 300
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


class Batch:
    """The jobs of one call, and what became of them."""

    def __init__(self, requests: Sequence[Request], ports: Sequence[int | None]) -> None:
        self.requests = requests
        self.ports = ports
        self.outcomes: list[Outcome | None] = [None] * len(requests)
        self.waiting = deque(range(len(requests)))
        self.retried: set[int] = set()
        """Their worker died without a reason that we know: it may have been killed for another's sake."""


class Sandbox:
    """Runs codecs; `sources` is file name -> text. Workers start when the first job comes, and end with `close`.

    `time_limit` is in seconds of CPU, `memory_limit` in bytes, both for one message. `clock` is any that goes forward.
    May be called from several threads; it blocks, so an event loop calls it in a thread.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        *,
        workers: int = 1,
        time_limit: float = 0.1,
        memory_limit: int = 16 * MIB,
        silence: float = SILENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sources = dict(sources)
        self.time_limit = time_limit
        self.memory_limit = memory_limit
        self.silence = silence
        self._clock = clock
        self._workers: list[Worker | None] = [None] * workers
        self._calls = threading.Lock()
        self._state = threading.Lock()
        self._fuses: defaultdict[str, Fuse] = defaultdict(Fuse)
        self._last: dict[str, Bilingual] = {}
        """Codec -> why it last struck."""
        self._broken: dict[str, tuple[int, Bilingual]] = {}
        """Codec -> line and text of its syntax error, found once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def decode(self, jobs: Sequence[Job]) -> list[Outcome]:
        """What became of each job, in their order: an Answer, or a DecodeError with codec, line, port and words."""
        return self._run([(job.codec, _input(job)) for job in jobs], [job.port for job in jobs])

    def check(self) -> dict[str, Bilingual]:
        """Codec -> why it can read no message at all, for each that cannot."""
        names = sorted(self.sources)
        outcomes = self._run([(name, "") for name in names], [None] * len(names))
        return {n: found.words for n, found in zip(names, outcomes, strict=True) if isinstance(found, DecodeError)}

    @property
    def pids(self) -> list[int]:
        """Of the workers that run."""
        return [worker.pid for worker in self._workers if worker is not None]

    def close(self) -> None:
        with self._calls:
            for slot, worker in enumerate(self._workers):
                if worker is not None:
                    worker.close()
                    self._workers[slot] = None

    def _run(self, requests: Sequence[Request], ports: Sequence[int | None]) -> list[Outcome]:
        batch = Batch(requests, ports)
        with self._calls:
            slots = range(min(len(self._workers), -(-len(requests) // CHUNK)))
            if len(slots) <= 1:
                self._drain(0, batch)
            else:
                with ThreadPoolExecutor(len(slots)) as threads:
                    list(threads.map(lambda slot: self._drain(slot, batch), slots))
        return [outcome for outcome in batch.outcomes if outcome is not None]

    def _drain(self, slot: int, batch: Batch) -> None:
        while chunk := self._take(batch):
            try:
                worker = self._worker(slot)
            except (OSError, WorkerEnded) as error:
                self._give_up(batch, chunk, error)
            else:
                self._work(slot, worker, batch, chunk)

    def _take(self, batch: Batch) -> list[int]:
        """The next jobs for a worker; those of suspended codecs are answered here and now.

        A doubtful codec has one job in a chunk, so that its fuse is asked before each of them.
        """
        chunk: list[int] = []
        characters, doubtful = 0, set()
        with self._state:
            now = self._clock()
            while batch.waiting and len(chunk) < CHUNK and characters < CHUNK_CHARACTERS:
                codec, text = batch.requests[batch.waiting[0]]
                if self._refuse(batch, batch.waiting[0], now):
                    batch.waiting.popleft()
                    continue
                if codec in doubtful:
                    break
                if self._fuses[codec].doubtful(now):
                    doubtful.add(codec)
                chunk.append(batch.waiting.popleft())
                characters += len(text)
        return chunk

    def _refuse(self, batch: Batch, index: int, now: float) -> bool:
        """Answers a job that needs no worker: its codec is absent, broken or suspended."""
        codec = batch.requests[index][0]
        if codec not in self.sources:
            text, line = fault_text("missing", {"known": near(codec, self.sources)}), 0
        elif codec in self._broken:
            line, text = self._broken[codec]
        elif rest := self._fuses[codec].rests(now):
            text, line = fault_text("suspended", {"last": self._last[codec], "seconds": math.ceil(rest)}), 0
        else:
            return False
        batch.outcomes[index] = DecodeError(told(codec, line, batch.ports[index], text))
        return True

    def _worker(self, slot: int) -> Worker:
        """Of this slot; raises what the last of several attempts to start it raised."""
        worker = self._workers[slot]
        if worker is not None and worker.decodes >= RECYCLE:
            worker.close()
            worker = self._workers[slot] = None
        for attempt in range(1, STARTS + 1):
            if worker is not None:
                break
            try:
                worker = Worker(self.sources, self.time_limit, self.memory_limit, self.silence)
            except (OSError, WorkerEnded):
                if attempt == STARTS:
                    raise
        assert worker
        self._workers[slot] = worker
        return worker

    def _give_up(self, batch: Batch, chunk: list[int], error: Exception) -> None:
        """No worker can be started: these jobs and all that wait are answered with that."""
        text = fault_text("no_worker", {"detail": _short(str(error))})
        with self._state:
            for index in (*chunk, *batch.waiting):
                batch.outcomes[index] = DecodeError(told(batch.requests[index][0], 0, batch.ports[index], text))
            batch.waiting.clear()

    def _work(self, slot: int, worker: Worker, batch: Batch, chunk: list[int]) -> None:
        """Runs a chunk; what its worker did not come to waits again, first in the queue."""
        left = deque(chunk)
        later: list[int] = []
        try:
            for answer in worker.run([batch.requests[index] for index in chunk]):
                index = left.popleft()
                if answer is None:
                    later.append(index)
                else:
                    self._settle(batch, index, answer)
        except WorkerEnded as ended:
            worker.kill()
            self._workers[slot] = None
            index = left.popleft()
            if ended.fault == "died" and index not in batch.retried:
                batch.retried.add(index)
                later.append(index)
            else:
                self._settle(batch, index, {"fault": ended.fault, "detail": str(ended), "killed": True})
        with self._state:
            batch.waiting.extendleft(reversed([*later, *left]))

    def _settle(self, batch: Batch, index: int, answer: Mapping[str, Any]) -> None:
        with self._state:
            batch.outcomes[index] = self._outcome(batch.requests[index][0], batch.ports[index], answer)

    def _outcome(self, codec: str, port: int | None, answer: Mapping[str, Any]) -> Outcome:
        fault = answer.get("fault")
        if fault is None:
            return Answer(measurements(answer["data"]), map(_short, answer.get("warnings", ())))
        line, text = int(answer.get("line", 0)), fault_text(fault, self._facts(answer))
        if fault in HARD:
            self._fuses[codec].strike(self._clock())
            self._last[codec] = text
        if fault == "syntax":
            self._broken[codec] = line, text
        return DecodeError(told(codec, line, port, text, near=fault == "time"))

    def _facts(self, answer: Mapping[str, Any]) -> dict[str, object]:
        seconds = 2 * self.time_limit if answer.get("killed") else self.time_limit
        return {
            **answer,
            "detail": _short(str(answer.get("detail", ""))),
            "seconds": f"{self.silence if answer['fault'] == 'silent' else seconds:g}",
            "mebibytes": self.memory_limit // MIB,
        }


def check_codec(source: str, name: str = "codec.js") -> Bilingual:
    """Why this codec can read no message, with its line; an empty text when it could be called."""
    with Sandbox({name: source}) as sandbox:
        return sandbox.check().get(name, NOTHING)


def _input(job: Job) -> str:
    return json.dumps(
        {"bytes": list(job.payload), "fPort": job.port, "received": job.received, "variables": dict(job.variables)}
    )


def _short(text: str) -> str:
    """One line of it, with nothing a terminal would obey."""
    text = UNPRINTABLE.sub(" ", text.strip())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
