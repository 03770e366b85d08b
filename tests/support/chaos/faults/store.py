"""What the store answers, or does not."""

import time
from zlib import crc32

from chaos.fault import Fault
from chaos.stage import Stage
from chaos.store_tap import Behaviour, Cut, Reply, Request, StoreTap

TOO_LARGE_BYTES = 2_000
REFUSED_ONE_IN = 40


def status(number: int, words: str, **headers: str) -> Behaviour:
    body = f'{{"error":"{words}"}}\n'.encode()
    named = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda _tap, _request: Reply(number, body, named)


def too_large(tap: StoreTap, request: Request) -> Reply:
    """As max-body-size does: what is small enough goes through."""
    if request.writes and len(request.body) > TOO_LARGE_BYTES:
        return Reply(413, b'{"error":"Request Entity Too Large"}\n', {"Content-Type": "application/json"})
    return tap.forward(request)


def partial(tap: StoreTap, request: Request) -> Reply:
    """One line of some is refused, for ever; the others are stored. The words are those of InfluxDB 1."""
    if request.raw:
        tap.refuse([line for line in request.body.split(b"\n") if of_readings(line) and chosen(line)])
    return tap.forward(request)


def partial_of_2(tap: StoreTap, request: Request) -> Reply:
    """The same in the words of InfluxDB 2."""
    reply = partial(tap, request)
    if reply.status != 400:
        return reply
    dropped = reply.body.rpartition(b"dropped=")[2].rstrip(b'"}\n')
    words = b"failure writing points to database: partial write: field type conflict: input field dropped=" + dropped
    return Reply(422, b'{"code":"unprocessable entity","message":"' + words + b'"}', reply.headers)


def of_readings(line: bytes) -> bool:
    return line.startswith(b"building,")


def chosen(line: bytes) -> bool:
    return crc32(line) % REFUSED_ONE_IN == 0


def slow(tap: StoreTap, request: Request) -> Reply:
    time.sleep(0.7)
    return tap.forward(request)


def hanging(tap: StoreTap, _request: Request) -> Reply:
    """No answer until it is healed; then the connection ends."""
    tap.healed.wait(60)
    raise Cut


def cut_after(tap: StoreTap, request: Request) -> Reply:
    """The store takes it, and we never hear."""
    tap.forward(request)
    raise Cut


def cut_before(_tap: StoreTap, _request: Request) -> Reply:
    raise Cut


class StoreAnswer(Fault):
    """A behaviour while it lasts."""

    touches = frozenset({"store-answer"})
    hold = (0.5, 3.0)
    behaviour: Behaviour

    def inject(self, stage: Stage) -> None:
        stage.store_tap.behave(type(self).behaviour)

    def heal(self, stage: Stage) -> None:
        stage.store_tap.heal()


def answering(name: str, behaviour: Behaviour) -> type[Fault]:
    return type(name, (StoreAnswer,), {"name": name, "behaviour": staticmethod(behaviour), "__doc__": name})


FAULTS: list[type[Fault]] = [
    answering("store-429", status(429, "too many requests", Retry_After="1")),
    answering("store-500", status(500, "timeout")),
    answering("store-503", status(503, "service unavailable")),
    answering("store-401", status(401, "authorization failed")),
    answering("store-404", status(404, "database not found: chaos")),
    answering("store-413", too_large),
    answering("store-422-partial", partial_of_2),
    answering("store-400-partial", partial),
    answering("store-slow", slow),
    answering("store-hangs", hanging),
    answering("store-cut-after-taking", cut_after),
    answering("store-cut-before", cut_before),
]
