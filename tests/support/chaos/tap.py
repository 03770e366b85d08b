"""A tap on the link between broker and `vigiterre`: forwards byte for byte, records what passes, and spoils the link.

One thread with an event loop of its own, so that nothing the harness does holds the link up. Raw sockets: nothing is
read from a peer before it can go on, so a frozen link really fills the peers' buffers.

What is not seen: a PUBACK that we wrote to a frozen link which then ends by a reset may never be read here. Such a
message counts as not acknowledged, which is the milder judgement.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Any, Self

from chaos.link import Lane, Link
from chaos.traffic import Conversation, Traffic

READ_BYTES = 65_536
CHUNKS = 16
"""Of each direction that are under way, at most."""
RESET = struct.pack("ii", 1, 0)
SECONDS = 10


class Door(Enum):
    """What becomes of a new connection."""

    OPEN = "open"
    DEAF = "deaf"
    """Taken, and never answered."""
    SHUT = "shut"
    """Refused."""


class Pair:
    """The two sockets of one connection, and the task that moves bytes between them."""

    def __init__(self, ours: socket.socket, conversation: Conversation) -> None:
        self.ours = ours
        self.theirs: socket.socket | None = None
        self.conversation = conversation
        self.task: asyncio.Task[None] | None = None

    async def end(self) -> None:
        """Nothing watches the sockets any more. Only then may they be closed: their numbers are given again at once."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task])
            self.task = None

    def close(self, *, reset: bool) -> None:
        self.close_theirs(reset=reset)
        close(self.ours, reset=reset)

    def close_theirs(self, *, reset: bool) -> None:
        if self.theirs is not None:
            close(self.theirs, reset=reset)
            self.theirs = None


class Tap:
    """`port` is where `vigiterre` connects; `broker_port` where the broker listens."""

    def __init__(self, broker_port: int, seed: int = 0) -> None:
        self.link = Link()
        self.traffic = Traffic()
        self.connections = 0
        self._broker_port = broker_port
        self._random = random.Random(seed)
        self._door = Door.OPEN
        self._listener = listening(0)
        self.port: int = self._listener.getsockname()[1]
        self._pairs: set[Pair] = set()
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tap", daemon=True)

    # -- from any thread

    def start(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._do(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(SECONDS)
            self._loop.close()

    def cut(self, *, reset: bool = True) -> None:
        """End every connection, by RST or by FIN."""
        self._do(self._cut(reset=reset))

    def freeze(self) -> None:
        """Read nothing and write nothing, and keep every socket."""
        self._do(self._flow(False))

    def thaw(self) -> None:
        self._do(self._flow(True))

    def half_open(self) -> None:
        """The broker's side ends, ours stays open and silent: what a router does that forgets a connection."""
        self._do(self._half_open())

    def door(self, door: Door) -> None:
        """What becomes of new connections; the present ones are cut unless it is OPEN."""
        self._do(self._turn(door))

    @property
    def open_connections(self) -> int:
        return len(self._pairs)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(SECONDS)

    # -- in the loop

    async def _open(self) -> None:
        self._accepting = asyncio.create_task(self._accept(self._listener))

    async def _close(self) -> None:
        await self._stop_accepting()
        await self._cut(reset=True)

    async def _flow(self, flowing: bool) -> None:
        if flowing:
            self._flowing.set()
        else:
            self._flowing.clear()

    async def _stop_accepting(self) -> None:
        self._accepting.cancel()
        await asyncio.wait([self._accepting])
        self._listener.close()

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            ours, _ = await self._loop.sock_accept(listener)
            ours.setblocking(False)
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            pair = Pair(ours, Conversation(self.connections))
            self._pairs.add(pair)
            if self._door is Door.OPEN:
                pair.task = asyncio.create_task(self._serve(pair))

    async def _serve(self, pair: Pair) -> None:
        theirs = socket.socket()
        theirs.setblocking(False)
        pair.theirs = theirs
        try:
            await self._flowing.wait()
            await self._loop.sock_connect(theirs, ("127.0.0.1", self._broker_port))
            theirs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            traffic, conversation = self.traffic, pair.conversation
            async with asyncio.TaskGroup() as tasks:
                self._pump(tasks, theirs, pair.ours, written=lambda chunk: traffic.delivered(conversation, chunk))
                self._pump(tasks, pair.ours, theirs, read=lambda chunk: traffic.said(conversation, chunk))
        except* OSError:
            self._forget(pair, reset=True)
        else:
            self._forget(pair, reset=False)

    def _pump(
        self,
        tasks: asyncio.TaskGroup,
        source: socket.socket,
        sink: socket.socket,
        read: Callable[[bytes], None] = lambda _chunk: None,
        written: Callable[[bytes], None] = lambda _chunk: None,
    ) -> None:
        lane = Lane(self.link, self._random)
        chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(CHUNKS)
        tasks.create_task(self._take(source, chunks, lane, read))
        tasks.create_task(self._give(sink, chunks, lane, written))

    async def _take(
        self,
        source: socket.socket,
        chunks: asyncio.Queue[tuple[float, bytes]],
        lane: Lane,
        read: Callable[[bytes], None],
    ) -> None:
        chunk = b"-"
        while chunk:
            await self._readable(source)
            await self._flowing.wait()
            chunk = await self._loop.sock_recv(source, READ_BYTES)
            read(chunk)
            await chunks.put((lane.due(), chunk))

    async def _readable(self, source: socket.socket) -> None:
        """Wait for bytes without taking them: a freeze may begin meanwhile."""
        ready: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(source, settle, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(source)

    async def _give(
        self,
        sink: socket.socket,
        chunks: asyncio.Queue[tuple[float, bytes]],
        lane: Lane,
        written: Callable[[bytes], None],
    ) -> None:
        while True:
            due, chunk = await chunks.get()
            if (wait := due - self._loop.time()) > 0:  # the loop's clock is the monotonic one
                await asyncio.sleep(wait)
            if not chunk:
                with contextlib.suppress(OSError):
                    sink.shutdown(socket.SHUT_WR)
                return
            rest = memoryview(chunk)
            while rest:
                piece, rest = rest[: lane.piece], rest[lane.piece :]
                if seconds := lane.seconds_for(len(piece)):
                    await asyncio.sleep(seconds)
                await self._flowing.wait()
                written(bytes(piece))
                await self._loop.sock_sendall(sink, piece)

    async def _cut(self, *, reset: bool) -> None:
        for pair in list(self._pairs):
            await pair.end()
            self._forget(pair, reset=reset)

    def _forget(self, pair: Pair, *, reset: bool) -> None:
        self._pairs.discard(pair)
        pair.close(reset=reset)

    async def _half_open(self) -> None:
        for pair in list(self._pairs):
            await pair.end()
            pair.close_theirs(reset=False)
            if pair in self._pairs:
                pair.task = asyncio.create_task(self._swallow(pair))

    async def _swallow(self, pair: Pair) -> None:
        """What we say into a dead connection we have said all the same."""
        with contextlib.suppress(OSError):
            while chunk := await self._loop.sock_recv(pair.ours, READ_BYTES):
                self.traffic.said(pair.conversation, chunk)
        self._forget(pair, reset=False)

    async def _turn(self, door: Door) -> None:
        was, self._door = self._door, door
        if door is Door.SHUT and was is not Door.SHUT:
            await self._stop_accepting()
        if door is not Door.SHUT and was is Door.SHUT:
            self._listener = listening(self.port)
            self._accepting = asyncio.create_task(self._accept(self._listener))
        if door is not Door.OPEN:
            await self._cut(reset=True)


def listening(port: int) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", port))
    listener.setblocking(False)
    return listener


def settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def close(one: socket.socket, *, reset: bool) -> None:
    if one.fileno() >= 0:
        if reset:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        one.close()
