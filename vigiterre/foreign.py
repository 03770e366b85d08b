"""The foreign brokers of a territory: one receiver each, started and stopped as `sources.toml` says."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from devices.errors import ConfigError
from devices.problems import Language
from devices.reading import Message
from ingest.broker import Broker
from ingest.foreign import ForeignReceiver
from ingest.mqtt import State
from ingest.sources import ForeignBroker, Sources
from ingest.trouble import InvalidBroker
from vigiterre.settings import secret

log = structlog.get_logger(__name__)

NOT_YET = {"fr": "pas encore connecté", "en": "not connected yet"}


class ForeignBrokers:
    """`follow` may be called again with other sources; what did not change goes on undisturbed."""

    def __init__(
        self,
        deliver: Callable[[list[Message]], Awaitable[None]],
        clock: Callable[[], int],
        data_dir: Path,
        buffer_bytes: int,
    ) -> None:
        """Of each, no more than `buffer_bytes` are held in memory."""
        self._deliver = deliver
        self._buffer_bytes = buffer_bytes
        self._data_dir = data_dir
        self._clock = clock
        self._running: dict[Broker, tuple[ForeignReceiver, asyncio.Task[None]]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def states(self) -> dict[str, State]:
        """By the name of the broker in sources.toml."""
        return {receiver.name: receiver.state for receiver, _ in self._running.values()}

    def checks(self, language: Language) -> dict[str, str]:
        """For /readyz: "" when well, else what is wrong in plain words."""
        found = {}
        for name, state in self.states.items():
            words = " ".join(trouble.text(language) for trouble in state.troubles)
            found[f"broker {name}"] = words or ("" if state.connected else NOT_YET[language])
        return found

    def follow(self, sources: Sources) -> None:
        """Receive from these brokers, and from no other. A broker that cannot be used is said and left out."""
        wanted = {broker: one.id for one in sources.brokers if (broker := self._broker(one, sources)) is not None}
        for broker in set(self._running) - set(wanted):
            receiver, task = self._running.pop(broker)
            stopping = asyncio.create_task(_end(receiver, task))
            self._ending.add(stopping)
            stopping.add_done_callback(self._ending.discard)
        for broker in set(wanted) - set(self._running):
            receiver = self._receiver(wanted[broker], broker)
            self._running[broker] = receiver, asyncio.create_task(receiver.run(), name=f"broker {receiver.name}")

    def _broker(self, one: ForeignBroker, sources: Sources) -> Broker | None:
        topics = sources.filters(one.id)
        if not topics:
            log.warning("foreign_without_source", broker=one.id)
            return None
        try:
            return Broker(
                url=one.url,
                client_id=one.client_id,
                topics=topics,
                password=secret(None, one.password_file),
                ca_file=one.ca_file,
                cert_file=one.cert_file,
                key_file=one.key_file,
                keep_alive=one.keep_alive,
                buffer_bytes=self._buffer_bytes,
            )
        except (InvalidBroker, ConfigError) as error:
            log.error("foreign_unusable", broker=one.id, error=str(error))  # noqa: TRY400  -- a setting, no mistake of ours
            return None

    def _receiver(self, name: str, broker: Broker) -> ForeignReceiver:
        session = self._data_dir / f"session-{name}.json"
        return ForeignReceiver(name, broker, self._deliver, self._clock, session)

    def resume(self) -> None:
        for receiver, _ in self._running.values():
            receiver.resume()

    async def stop(self) -> None:
        """Deliver and acknowledge what is received, and leave."""
        await asyncio.gather(*(_end(receiver, task) for receiver, task in self._running.values()), *self._ending)
        self._running.clear()


async def _end(receiver: ForeignReceiver, task: asyncio.Task[None]) -> None:
    await receiver.stop()
    await asyncio.wait({task})
    if task.exception():
        log.error("foreign_failed", broker=receiver.name, error=str(task.exception()))
