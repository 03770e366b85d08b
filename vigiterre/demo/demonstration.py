"""`vigiterre demo`: a broker, the whole real service, and players that publish to it, in one process.

players (a thread) -> broker -> Run: receiver -> journal -> pipeline -> SQLite, pages
"""

import asyncio
import secrets
import signal
import threading
import time
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass

from paho.mqtt.enums import MQTTProtocolVersion

from devices.device import DOMAINS
from devices.errors import VigiterreError
from ingest.broker import Broker
from vigiterre import logs
from vigiterre.demo.broker import Embedded, embedded_broker
from vigiterre.demo.faults import faults
from vigiterre.demo.local_time import WEEK_MS
from vigiterre.demo.players import load_players
from vigiterre.demo.publisher import Publisher
from vigiterre.demo.screen import Screen
from vigiterre.demo.series import Replay
from vigiterre.demo.settings import CLIENT_ID, Plan, demo_settings
from vigiterre.demo.stage import Stage
from vigiterre.moment import now_ms
from vigiterre.run import Run
from vigiterre.service import Service
from vigiterre.settings import secret

HISTORY_SHARE = 0.5
"""Of a limited duration; the rest is live."""
CADENCE_SECONDS = 5.0
"""Each device sends this often when live, whatever its own interval: nobody watches a demonstration for an hour."""
CONNECT_SECONDS = 6.0
SETTLE_SECONDS = 15.0
"""For what was published to be stored at the end; and how far beyond its duration the players may go."""
WATCH_SECONDS = 0.1
LAST_LINE = ("received", "stored", "refused", "devices")
"""Of the outcome, what the JSON line holds: scripts read it."""
OLD_PROTOCOL = "environment"
"""The domain whose devices speak MQTT 3.1.1 to the embedded broker; the others speak MQTT 5."""


@dataclass(frozen=True)
class Outcome:
    """What became of the readings. received = stored + refused, in readings; repeated ones are neither."""

    received: int = 0
    stored: int = 0
    refused: int = 0
    devices: int = 0
    """That have stored readings."""
    repeated: int = 0
    """Received and known already, as when a kept folder is played into again."""

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in LAST_LINE}


async def demonstrate(plan: Plan, screen: Screen) -> Outcome:
    """Play until the duration is over, Ctrl-C or SIGTERM; store what was published, and say what became of it.

    Raises VigiterreError when the broker or the service ends before its time, ConfigError when the configuration is
    wrong. Nothing is left running.
    """
    with embedded_broker(plan.data_dir) if not plan.broker else nullcontext() as embedded:
        demonstration = Demonstration(plan, embedded, screen)
        try:
            return await demonstration.perform()
        finally:
            demonstration.service.close()


class Demonstration:
    def __init__(self, plan: Plan, embedded: Embedded | None, screen: Screen) -> None:
        self.plan = plan
        self.embedded = embedded
        self.screen = screen
        self.stopping = threading.Event()
        settings = demo_settings(plan, embedded.mqtt5 if embedded else plan.broker)
        logs.configure(settings.log)
        self.service = Service(settings, plan.folder, telling=False)
        self.service.store.ensure_schema()  # the page may be opened before the first reading is stored
        self.run = Run(self.service, demonstration=True)
        self.stage = Stage(
            load_players(plan.folder, self.service.registry, settings.mqtt.root),
            {domain: self._publisher(domain) for domain in DOMAINS},
            now_ms,
            self.stopping,
            settled=self._settled,
        )

    async def perform(self) -> Outcome:
        serving = asyncio.create_task(self.run.run())
        await asyncio.sleep(0)  # the service takes the signals first, so that they end as ours
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._end)
        try:
            await self._connected(serving)
            players = self.stage.players
            replayed = sum(isinstance(player.source, Replay) for player in players)
            self.screen.ready(self.plan, self.service.settings.mqtt.url, replayed, len(players) - replayed)
            await self._play(serving)
            await self._all_stored()
        finally:
            self.stopping.set()
            self.run.stop()
            await asyncio.wait({serving})
        serving.result()
        return self._outcome()

    def _end(self) -> None:
        """A signal: stop playing, then store what was published. Once is enough."""
        if not self.stopping.is_set():
            self.screen.ending()
        self.stopping.set()

    async def _connected(self, serving: asyncio.Task[None]) -> None:
        """Wait until the service listens to the broker."""
        deadline = time.monotonic() + CONNECT_SECONDS
        while not self.run.receiver.state.connected and not self.stopping.is_set():
            self._check_alive(serving)
            if time.monotonic() > deadline:
                raise VigiterreError(self._trouble())
            await asyncio.sleep(WATCH_SECONDS / 2)

    async def _play(self, serving: asyncio.Task[None]) -> None:
        """The whole performance, watched."""
        playing = asyncio.create_task(asyncio.to_thread(self._perform_in_thread))
        duration = self.plan.duration
        deadline = None if duration is None else time.monotonic() + duration + SETTLE_SECONDS
        try:
            while not playing.done():
                self._check_alive(serving)
                if deadline is not None and time.monotonic() > deadline:
                    self.stopping.set()
                self.screen.progress(self.stage.score, self.service.pipeline.counts.stored)
                await asyncio.wait({playing}, timeout=WATCH_SECONDS)
        finally:
            self.stopping.set()
            await asyncio.wait({playing})
        playing.result()

    def _perform_in_thread(self) -> None:
        stage, duration = self.stage, self.plan.duration
        with ExitStack() as connections:
            for publisher in stage.publishers.values():
                publisher.connect()
                connections.callback(publisher.close)
            began, now = time.monotonic(), now_ms()
            stage.play_history(now - WEEK_MS, now, None if duration is None else duration * HISTORY_SHARE)
            rest = None if duration is None else max(0.0, duration - (time.monotonic() - began))
            registry, largest = self.service.registry, self.service.settings.mqtt.max_payload
            if not self.stopping.is_set():
                stage.play_live(
                    now,
                    rest,
                    len(stage.players) / CADENCE_SECONDS,
                    lambda time_ms: faults(stage.players, registry, largest, time_ms),
                )
            stage.settle(SETTLE_SECONDS if self._broker_lives() else 0.0)

    async def _all_stored(self) -> None:
        """What was published is stored or refused, or the time for it is over and that is said."""
        deadline = time.monotonic() + SETTLE_SECONDS
        pipeline, score = self.service.pipeline, self.stage.score
        while pipeline.counts.messages < score.messages or pipeline.done < self.service.journal.last:
            if time.monotonic() > deadline:
                self.screen.unsettled(score.messages - pipeline.counts.messages)
                return
            await asyncio.sleep(WATCH_SECONDS / 2)
        self.screen.progress(score, pipeline.counts.stored)

    def _trouble(self) -> str:
        """Why there is no connection, in the user's language."""
        state, language = self.run.receiver.state, self.service.settings.language
        told = "; ".join(trouble.text(language) for trouble in state.troubles)
        if not told:
            return self.screen.say("demo_no_connection", broker=self.service.settings.mqtt.url)
        return self.screen.say("demo_broker_trouble", broker=self.plan.broker, why=told) if self.plan.broker else told

    def _check_alive(self, serving: asyncio.Task[None]) -> None:
        if serving.done():
            serving.result()
            raise VigiterreError(self.screen.say("demo_service_ended"))
        if not self._broker_lives():
            raise VigiterreError(self.screen.say("demo_broker_ended"))

    def _broker_lives(self) -> bool:
        """As far as we can know: a real broker may come back."""
        return self.embedded is None or self.embedded.alive

    def _settled(self) -> int:
        """Readings that came in and were dealt with."""
        counts = self.service.pipeline.counts
        return counts.received + counts.duplicates

    def _publisher(self, domain: str) -> Publisher:
        """The connection of all devices of a domain."""
        plan, old = self.plan, domain == OLD_PROTOCOL and self.embedded is not None
        url = plan.broker if self.embedded is None else self.embedded.mqtt311 if old else self.embedded.mqtt5
        password = secret(None, plan.password_file)
        broker = Broker(
            url=url, client_id=f"{CLIENT_ID}-{domain}-{secrets.token_hex(4)}", topics=("#",), password=password
        )
        return Publisher(broker, MQTTProtocolVersion.MQTTv311 if old else MQTTProtocolVersion.MQTTv5, self.stopping)

    def _outcome(self) -> Outcome:
        counts = self.service.pipeline.counts
        heard = {one.series.device for one in self.service.store.latest()}
        return Outcome(counts.received, counts.stored, counts.refused_total, len(heard), counts.duplicates)
