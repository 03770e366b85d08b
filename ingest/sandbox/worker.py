"""The process in which makers' JavaScript runs. Started by `process.py` as a script; imports nothing of ours.

It reads one frame of limits and sources, gives up every right it does not need, says `true`, and then answers each list
of requests with one frame for each request. A frame is four bytes of length, big-endian, and JSON.

What QuickJS cannot be interrupted in (`new Array(1e9).join()`, sorting 4294967295 holes) the kernel ends: a timer of
CPU time kills this process, whether or not its parent still lives. At the end of its input it ends.
"""

import json
import os
import re
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import quickjs  # type: ignore[import-untyped]

HARD = frozenset({"time", "memory"})
"""Faults that cost a worker much more than an error does: the pool counts them against the codec."""
STACK = 256 * 1024
ADDRESSES = 512 * 1024 * 1024
"""Of the whole process, beyond the limit of one codec: what a leak of QuickJS itself could take."""
RESULT = 256 * 1024
DEPTH = 32
DETAIL = 1000
"""Characters of an error's text; whoever shows it cuts it shorter."""
LINE = re.compile(r"<input>:(\d+):\d+")
NEEDS_BUFFER = re.compile(r"\b(Buffer|require|TextDecoder|TextEncoder)\b")
SHAPES = ("decodeUplink", "Decode", "Decoder")
FIND = "".join(f"typeof {name} === 'function' ? ['{name}', {name}] : " for name in SHAPES) + "".join(
    f"typeof module.exports.{name} === 'function' ? ['{name}', module.exports.{name}] : "
    f"typeof exports.{name} === 'function' ? ['{name}', exports.{name}] : "
    for name in SHAPES
)
FIND += "typeof module.exports === 'function' ? ['decodeUplink', module.exports] : undefined"
"""A name declared by `const` or `let` is no property of the global object: only the language itself finds it."""

Answer = dict[str, Any]


class Limits(NamedTuple):
    time: float
    """Seconds of CPU for each step of a codec: being read, being called. The kernel ends it at twice that."""
    memory: int


class Fault(Exception):  # noqa: N818  -- what becomes of a codec, not of this process
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Codecs:
    """The sources, and each message's own world to run one in."""

    def __init__(self, sources: Mapping[str, str], limits: Limits) -> None:
        here = Path(__file__).parent
        prelude, buffer = (one_line((here / name).read_text("utf-8")) for name in ("prelude.js", "buffer.js"))
        self.limits = limits
        self.prelude = prelude
        self.buffer = buffer
        # The first line is the prelude's: a codec begins on the second.
        self.sources = {name: "\n" + source.removeprefix("\ufeff") for name, source in sources.items()}
        self.buffered = {name for name, source in sources.items() if NEEDS_BUFFER.search(source)}

    def answer(self, codec: str, text: str) -> Answer:
        """What the codec says to this input; with no input, whether it could be called at all."""
        try:
            received = json.loads(text)["received"] if text else 0
            context, run, found = self.prepare(codec, received)
            return self.call(context, run, found, text) if text else {"data": {}}
        except Fault as fault:
            return fault.answer
        except MemoryError:
            return {"fault": "memory"}

    def prepare(self, codec: str, received: int) -> tuple[Any, Any, Any]:
        """A world that no other message has seen, with the codec in it."""
        context = quickjs.Context()
        context.set_memory_limit(self.limits.memory)
        context.set_max_stack_size(STACK)
        context.set_time_limit(self.limits.time)
        run = context.eval(self.prelude)(float(received))
        if codec in self.buffered:
            context.eval(self.buffer)
        guarded(lambda: context.eval(self.sources[codec]), "load")
        found = guarded(lambda: context.eval(FIND), "load")
        if not isinstance(found, quickjs.Object):
            raise Fault({"fault": "nothing"})
        return context, run, found

    def call(self, context: Any, run: Any, found: Any, text: str) -> Answer:  # noqa: ARG002  -- kept alive meanwhile
        said = guarded(lambda: run(found, text), "thrown")
        if not isinstance(said, str):
            raise Fault({"fault": "wrong", "kind": "function"})
        if len(said) > RESULT:
            raise Fault({"fault": "large", "size": len(said), "limit": RESULT})
        return checked(plain_json(said))


def checked(answer: Any) -> Answer:
    """The answer, if it has the shape that `run` gives it: a codec may have changed how objects are written."""
    if not isinstance(answer, dict):
        raise Fault({"fault": "wrong", "kind": "undefined"})
    if "thrown" in answer:
        raise Fault(thrown(str(answer["thrown"]), str(answer.get("stack", "")), "thrown"))
    if answer.get("errors"):
        raise Fault({"fault": "errors", "detail": "; ".join(texts(answer["errors"]))[:DETAIL]})
    if "wrong" in answer:
        raise Fault({"fault": "wrong", "kind": str(answer["wrong"])[:DETAIL]})
    data = answer.get("data")
    if isinstance(data, list) and not all(isinstance(one, dict) for one in data):
        raise Fault({"fault": "wrong", "kind": "array"})
    if not isinstance(data, dict | list):  # a Date, or what `toJSON` made of it
        raise Fault({"fault": "wrong", "kind": "string" if isinstance(data, str) else "undefined"})
    if deeper_than(data, DEPTH):
        raise Fault({"fault": "deep", "limit": DEPTH})
    return {"data": data, "warnings": texts(answer.get("warnings"))}


def texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def guarded(step: Callable[[], Any], fault: str) -> Any:
    try:
        return step()
    except quickjs.JSException as error:
        message, _, stack = str(error).partition("\n    at ")
        raise Fault(thrown(message.removesuffix("\nundefined").strip(), stack, fault)) from None
    except (UnicodeDecodeError, TypeError):  # a value that has no counterpart in Python
        raise Fault({"fault": "wrong", "kind": "symbol"}) from None


def thrown(message: str, stack: str, fault: str) -> Answer:
    """QuickJS throws its own limits like any error; without memory for an error object it throws null."""
    lines = [int(line) - 1 for line in LINE.findall(stack[:5000])]
    line = next((line for line in lines if line > 0), 0)
    if message.startswith("InternalError: interrupted"):
        return {"fault": "time", "line": line}
    if message == "null" or message.startswith("InternalError: out of memory"):
        return {"fault": "memory", "line": line}
    if fault == "load" and message.startswith("SyntaxError"):
        fault = "syntax"
    return {"fault": fault, "line": line, "detail": message[:DETAIL]}


def plain_json(said: str) -> Any:
    """JSON without half characters, which no other program takes."""
    try:
        if "\\ud" in said:
            said = json.dumps(json.loads(said), ensure_ascii=False)
            said = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return json.loads(said, parse_int=number)
    except RecursionError:
        raise Fault({"fault": "deep", "limit": DEPTH}) from None


def number(digits: str) -> int | float:
    """JavaScript writes 62484070009620752 as 62484070009620750: a double's shortest digits, and no whole number."""
    return int(digits) if len(digits) < 17 else float(digits)


def deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    while level and depth >= 0:
        parts = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [one for part in parts for one in part if isinstance(one, dict | list)]
        depth -= 1
    return bool(level)


def one_line(script: str) -> str:
    return " ".join(line.strip() for line in script.splitlines() if not line.lstrip().startswith("//"))


def confine() -> None:
    """No file, socket, process, thread or core dump from here on; what is open are the three pipes to the parent."""
    for ignored in (signal.SIGINT, signal.SIGTERM):  # of a terminal or a service that stops: the parent ends first
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    os.nice(5)
    os.chdir("/")
    for name, limit in (
        ("RLIMIT_AS", ADDRESSES),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_NOFILE", 3),
    ):
        resource.setrlimit(getattr(resource, name), (limit, limit))


def read_frame(stream: BinaryIO) -> Any:
    """The next frame, or None at the end."""
    head = stream.read(4)
    return json.loads(stream.read(int.from_bytes(head, "big"))) if len(head) == 4 else None


def write_frame(stream: BinaryIO, value: object) -> None:
    body = json.dumps(value).encode()
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    setup = read_frame(incoming)
    if setup is None:
        return
    limits = Limits(*setup["limits"])
    codecs = Codecs(setup["sources"], limits)
    confine()
    write_frame(outgoing, True)
    while (requests := read_frame(incoming)) is not None:
        failed: set[str] = set()
        for codec, text in requests:
            if codec in failed:  # the pool decides whether it may have another try
                write_frame(outgoing, None)
                continue
            signal.setitimer(signal.ITIMER_PROF, 2 * limits.time)
            answer = codecs.answer(codec, text)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if answer.get("fault") in HARD:
                failed.add(codec)
            write_frame(outgoing, answer)


if __name__ == "__main__":
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)
