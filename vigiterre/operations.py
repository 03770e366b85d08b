"""What people ask of the messages already here: run them again. Used by the running process and, without one, alone.

Running again is appending again, marked as replayed: the same way, the same guarantees, no second path to the store.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from functools import partial
from itertools import islice
from typing import Any

from devices.errors import VigiterreError
from devices.reading import Message
from ingest.journal import Journal
from ingest.pipeline import Pipeline
from ingest.quarantine import Quarantine
from vigiterre.control import Command
from vigiterre.texts import said

CHUNK = 1_000
LONGEST_WAIT = 60.0
"""Seconds to wait for the replayed messages to be stored before saying that they wait in the journal."""

Replies = AsyncIterator[dict[str, Any]]


class Operations:
    def __init__(self, journal: Journal, quarantine: Quarantine, pipeline: Pipeline) -> None:
        self.journal = journal
        self.quarantine = quarantine
        self.pipeline = pipeline

    def commands(self) -> Mapping[str, Command]:
        return {
            "replay": self.replay,
            "quarantine_replay": self.quarantine_replay,
            "quarantine_purge": self.quarantine_purge,
        }

    async def replay(self, arguments: Mapping[str, Any]) -> Replies:
        """{start, end (ms, by time received), device or null} -> {messages, refused, waiting}."""
        device = arguments.get("device")
        last = self.journal.last
        found = (
            entry.message
            for entry in self.journal.scan(arguments["start"], arguments["end"])
            if entry.seq <= last and not entry.message.replayed and self._concerns(entry.message, device)
        )
        first, count = last + 1, 0
        while chunk := await asyncio.to_thread(lambda: list(islice(found, CHUNK))):
            await self._append(chunk)
            count += len(chunk)
            yield {"progress": count}
        yield {"result": {"messages": count, **await self._outcome(first)}}

    async def quarantine_replay(self, arguments: Mapping[str, Any]) -> Replies:
        """{ids or null, reason, device: filters} -> {messages, cut, refused, waiting}.

        A row leaves the quarantine once its message is durable in the journal again; refused anew, it comes back as a
        new row. Messages of which only the first 64 kB were kept stay. Raises VigiterreError, with nothing done, when
        one of the ids does not exist.
        """
        await self._must_exist(arguments.get("ids") or ())
        rows = await asyncio.to_thread(partial(self.quarantine.matching, **_filters(arguments)))
        whole = [row for row in rows if row.whole]
        first, count = self.journal.last + 1, 0
        messages: dict[int, Message] = {}
        for row in whole:
            messages.setdefault(row.seq, row.message()._replace(replayed=True))
        todo = iter(messages.values())
        while chunk := list(islice(todo, CHUNK)):
            await self._append(chunk)
            count += len(chunk)
            yield {"progress": count}
        await asyncio.to_thread(self.quarantine.remove, [row.id for row in whole])
        yield {"result": {"messages": count, "cut": len(rows) - len(whole), **await self._outcome(first)}}

    async def quarantine_purge(self, arguments: Mapping[str, Any]) -> Replies:
        """{before (ms), reason, device} -> {purged}."""
        purged = await asyncio.to_thread(
            partial(
                self.quarantine.purge,
                before=arguments.get("before"),
                reason=arguments.get("reason"),
                device=arguments.get("device"),
            )
        )
        yield {"result": {"purged": purged}}

    async def _must_exist(self, ids: Collection[int]) -> None:
        found = {row.id for row in await asyncio.to_thread(self.quarantine.matching, ids)}
        if unknown := sorted(set(ids) - found):
            raise VigiterreError(said("no_such_refusal", id=", ".join(map(str, unknown))))

    def _concerns(self, message: Message, device: str | None) -> bool:
        return device is None or device in self.pipeline.ahead.sieve.devices_of(message)

    async def _append(self, messages: list[Message]) -> None:
        chunk = [message._replace(replayed=True) for message in messages]
        await asyncio.to_thread(self.journal.append, chunk)
        self.pipeline.wake()

    async def _outcome(self, first: int) -> dict[str, Any]:
        """How many of the messages from `first` on were refused again, once all are done or we waited long enough."""
        last = self.journal.last
        try:
            await asyncio.wait_for(self.pipeline.drain(), LONGEST_WAIT)
        except TimeoutError:
            return {"refused": 0, "waiting": True}
        refused = await asyncio.to_thread(self.quarantine.count_between, first, last)
        return {"refused": refused, "waiting": False}


def _filters(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {key: arguments.get(key) for key in ("ids", "reason", "device")}
