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
from types import TracebackType
from typing import Any, NamedTuple, Self

from devices.errors import DecodeError
from devices.problems import NOTHING, Bilingual, near
from ingest.codecs.job import Job, Outcome
from ingest.sandbox.answer import Answer, measurements
from ingest.sandbox.fuse import Fuse
from ingest.sandbox.process import Request, Worker, WorkerEnded, wait_for
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
        self.failed_starts = 0

    def asked(self, index: int) -> tuple[str, int | None]:
        """Codec and port."""
        return self.requests[index][0], self.ports[index]

    def wait_again(self, indices: Sequence[int]) -> None:
        """First in the queue."""
        self.waiting.extendleft(reversed(indices))


class Turn(NamedTuple):
    """What one worker has been given."""

    left: deque[int]
    """Jobs not yet answered, in the order they are run."""
    later: list[int]
    """Jobs it left for later."""


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
        self._room = workers
        self._workers: list[Worker] = []
        self._calls = threading.Lock()
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
        return [worker.pid for worker in self._workers]

    def close(self) -> None:
        with self._calls:
            for worker in self._workers:
                worker.close()
            self._workers.clear()

    def _run(self, requests: Sequence[Request], ports: Sequence[int | None]) -> list[Outcome]:
        batch = Batch(requests, ports)
        with self._calls:
            turns: dict[Worker, Turn] = {}
            try:
                while self._assign(batch, turns):
                    wait_for(turns)
                    for worker, turn in list(turns.items()):
                        if self._advance(worker, turn, batch):
                            del turns[worker]
            finally:  # answers that nobody waits for must not meet the next call
                for worker in turns:
                    worker.kill()
                    self._workers.remove(worker)
        return [outcome for outcome in batch.outcomes if outcome is not None]

    def _assign(self, batch: Batch, turns: dict[Worker, Turn]) -> bool:
        """Gives every free worker its next jobs; False when all is done."""
        while len(turns) < self._room and (chunk := self._take(batch)):
            try:
                worker = self._free(turns)
            except OSError as error:
                self._not_started(batch, chunk, str(error))
            else:
                worker.ask([batch.requests[index] for index in chunk])
                turns[worker] = Turn(deque(chunk), [])
        return bool(turns)

    def _free(self, turns: Mapping[Worker, Turn]) -> Worker:
        """A worker without a turn. Raises OSError when none can be started."""
        free = next((worker for worker in self._workers if worker not in turns), None)
        if free is not None and free.decodes >= RECYCLE:
            free.close()
            self._workers.remove(free)
            free = None
        if free is None:
            free = Worker(self.sources, self.time_limit, self.memory_limit, self.silence)
            self._workers.append(free)
        return free

    def _advance(self, worker: Worker, turn: Turn, batch: Batch) -> bool:
        """Takes the answers that are there; True when its turn is over."""
        try:
            for answer in worker.advance():
                index = turn.left.popleft()
                if answer is None:
                    turn.later.append(index)
                else:
                    batch.outcomes[index] = self._outcome(*batch.asked(index), answer)
        except WorkerEnded as ended:
            worker.kill()
            self._workers.remove(worker)
            self._bury(ended, turn, batch)
        else:
            if turn.left:
                return False
            batch.failed_starts = 0
        batch.wait_again([*turn.later, *turn.left])
        return True

    def _bury(self, ended: WorkerEnded, turn: Turn, batch: Batch) -> None:
        """The job that its worker ended with has failed, or gets one more try; the others of the turn wait again."""
        if ended.fault == "start":
            self._not_started(batch, list(turn.left), str(ended))
            turn.left.clear()
        elif ended.fault == "died" and turn.left[0] not in batch.retried:
            batch.retried.add(turn.left[0])
        else:
            index = turn.left.popleft()
            answer = {"fault": ended.fault, "detail": str(ended), "killed": True}
            batch.outcomes[index] = self._outcome(*batch.asked(index), answer)

    def _not_started(self, batch: Batch, chunk: list[int], detail: str) -> None:
        """Some more attempts; then these jobs and all that wait are answered with the reason."""
        batch.wait_again(chunk)
        batch.failed_starts += 1
        if batch.failed_starts < STARTS:
            return
        text = fault_text("no_worker", {"detail": _short(detail)})
        while batch.waiting:
            index = batch.waiting.popleft()
            codec, port = batch.asked(index)
            batch.outcomes[index] = DecodeError(told(codec, 0, port, text))

    def _take(self, batch: Batch) -> list[int]:
        """The next jobs for a worker; those of suspended codecs are answered here and now.

        A doubtful codec has one job in a chunk, so that its fuse is asked before each of them.
        """
        chunk: list[int] = []
        characters, doubtful = 0, set[str]()
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
