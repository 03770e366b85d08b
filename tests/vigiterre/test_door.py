"""Connections to the pages: so many at a time, none that only waits keeps another out, none waits for ever."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
from certifying import Authority
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from vigiterre import door as doors
from vigiterre import http_connection
from vigiterre.door import Guests, most_connections
from vigiterre.http_connection import Standing
from vigiterre.serving import bind, pages_of
from vigiterre.tls.pair import Pair
from vigiterre.tls.shown import Shown

WHOLE = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def hello(request: Request) -> Response:
    await request.body()
    return PlainTextResponse("hello")


async def endless(_request: Request) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        yield b"begins\n"
        await asyncio.sleep(3600)

    return StreamingResponse(lines())


async def much(_request: Request) -> Response:
    return PlainTextResponse("x" * 50_000_000)


@asynccontextmanager
async def serving(most: int, shown: Shown | None = None) -> AsyncIterator[int]:
    """The port of pages that let in so many."""
    routes = [Route("/", hello, methods=["GET", "POST"]), Route("/endless", endless), Route("/much", much)]
    pages = pages_of(Starlette(routes=routes), shown, most)
    listener = bind(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    task = asyncio.create_task(pages.serve(sockets=[listener]))
    try:
        yield port
    finally:
        pages.should_exit = pages.force_exit = True
        for one in list(pages.server_state.connections):
            one.transport.abort()
        for running in list(pages.server_state.tasks):
            running.cancel()
        await task


async def came(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def answered(port: int) -> bool:
    reader, writer = await came(port)
    writer.write(WHOLE)
    try:
        return b"hello" in await reader.readuntil(b"hello")
    except (asyncio.IncompleteReadError, ConnectionError):
        return False
    finally:
        writer.close()


async def let_in(port: int) -> None:
    """Once somebody has left."""
    while not await answered(port):  # noqa: ASYNC110  -- nobody tells a stranger
        await asyncio.sleep(0.05)


async def ended(reader: asyncio.StreamReader) -> bool:
    """The server has closed it, and had said nothing."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


async def test_who_waits_gives_way_to_who_comes_the_longest_first() -> None:
    async with serving(most=3) as port:
        waiting = [await came(port) for _ in range(3)]
        for _, writer in waiting:
            writer.write(b"GET / HT")
            await asyncio.sleep(0.05)
        assert await answered(port)
        assert await ended(waiting[0][0])
        waiting[2][1].write(WHOLE.removeprefix(b"GET / HT"))
        assert b"200" in await waiting[2][0].readline()
        for _, writer in waiting:
            writer.close()


async def test_a_flood_of_silent_connections_keeps_nobody_out() -> None:
    async with serving(most=20) as port:
        flood = [await came(port) for _ in range(200)]
        for _ in range(5):
            assert await answered(port)
        for _, writer in flood:
            writer.close()


async def answered_by_tls(port: int, authority: Authority) -> bool:
    context = ssl.create_default_context(cafile=authority.file)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    writer.write(WHOLE)
    found = b"hello" in await reader.readuntil(b"hello")
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return found


async def test_who_never_begins_the_handshake_keeps_nobody_out_and_is_sent_away(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with serving(20, Shown(Pair(*authority.sign()))) as port:
        silent = [await came(port) for _ in range(50)]
        assert await answered_by_tls(port, authority)
        assert await ended(silent[0][0])
        for _, writer in silent:
            writer.close()


async def test_a_handshake_that_takes_too_long_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "HANDSHAKE_SECONDS", 1.0)
    authority = Authority(tmp_path)
    async with serving(1, Shown(Pair(*authority.sign()))) as port:
        for beginning in (b"", b"\x16\x03\x01", WHOLE):
            reader, writer = await came(port)
            writer.write(beginning)
            with suppress(ConnectionError):
                await reader.read()
            writer.close()
        assert await answered_by_tls(port, authority)  # and nobody is counted who has left


async def test_who_is_being_answered_is_never_sent_away_and_one_more_is_refused() -> None:
    async with serving(most=2) as port:
        streams = [await came(port) for _ in range(2)]
        for reader, writer in streams:
            writer.write(b"GET /endless HTTP/1.1\r\nHost: here\r\n\r\n")
            await reader.readuntil(b"begins\n")
        assert not await answered(port)
        streams[0][1].close()
        await let_in(port)
        streams[1][1].close()


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET / HTTP/1.1\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 500\r\n\r\nhal",
        WHOLE + b"GET / HTTP/1.1\r\nX:",
    ],
    ids=["nothing", "half a head", "half a body", "a second request"],
)
async def test_a_request_that_is_never_whole_ends(beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "REQUEST_SECONDS", 1.0)
    async with serving(most=5) as port:
        reader, writer = await came(port)
        writer.write(beginning)
        if beginning.startswith(WHOLE):
            await reader.readuntil(b"hello")
        sending = asyncio.create_task(dribble(writer))
        assert await ended(reader)
        sending.cancel()
        writer.close()
        assert await answered(port)


async def dribble(writer: asyncio.StreamWriter) -> None:
    """A byte now and again: the connection is never silent."""
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(0.05)
            writer.write(b"x")
            await writer.drain()


async def test_an_answer_that_nobody_takes_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "TAKING_SECONDS", 0.3)
    async with serving(most=1) as port:
        with closing(socket.create_connection(("127.0.0.1", port))) as greedy:
            greedy.sendall(b"GET /much HTTP/1.1\r\nHost: here\r\n\r\n")
            await let_in(port)  # the one place is taken until then


async def test_a_slow_but_steady_request_is_answered() -> None:
    async with serving(most=5) as port:
        reader, writer = await came(port)
        for byte in WHOLE:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.005)
        assert b"200" in await reader.readline()
        writer.close()


def test_never_more_than_half_of_the_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigiterre.door.resource.getrlimit", lambda _: (64, 1_000))
    assert most_connections() == 500
    monkeypatch.setattr("vigiterre.door.resource.getrlimit", lambda _: (64, 1_000_000))
    assert most_connections() == 2_000


NAMES = st.integers(0, 7)
DEEDS = st.lists(st.one_of(st.just(None), st.tuples(NAMES, st.sampled_from(Standing))), max_size=60)


@given(most=st.integers(1, 4), deeds=DEEDS)
def test_whatever_happens_a_newcomer_finds_room_unless_everybody_is_being_answered(
    most: int, deeds: list[tuple[int, Standing] | None]
) -> None:
    """None is a newcomer, who has a new name; a number is one of those who came, the last ones first."""
    guests: Guests[int] = Guests(most)
    names: list[int] = []
    for deed in deeds:
        if deed is not None:
            if deed[0] < len(names):
                guests.hear(names[-1 - deed[0]], deed[1])
        elif not guests.full:
            names.append(len(names))
            guests.enter(names[-1])
        else:
            before = list(guests.waiting)
            gone = guests.gives_way()
            assert gone == (before[0] if before else None)
            if gone is not None:
                names.append(len(names))
                guests.enter(names[-1])
        assert len(guests.inside) <= most
        assert guests.waiting.keys() <= guests.inside
