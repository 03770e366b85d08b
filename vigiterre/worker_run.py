"""`vigiterre run --only ingest`: a Worker from its first signal to its last.

receiver -> journal -> pipeline -> store        relay, signs of life and housekeeping beside them
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

import structlog
from starlette.applications import Starlette

from dashboards.console import health
from devices.errors import StoreUnavailable
from devices.problems import Problem
from ingest.backoff import Backoff
from ingest.broker import buffer_bytes
from ingest.mqtt import Receiver
from ingest.trouble import LinkDown
from vigiterre import control, descriptors
from vigiterre.broker import our_broker
from vigiterre.checks import Checks, files_trouble, store_trouble
from vigiterre.foreign import ForeignBrokers
from vigiterre.marking.platform import Platform
from vigiterre.metrics import Metrics, counter, gauge
from vigiterre.moment import now_ms
from vigiterre.numbers import way_in_numbers
from vigiterre.serving import Pages, address_of, bind, obey_signals, pages_of, spare_collections
from vigiterre.texts import said
from vigiterre.tls.shown import certificate_checks, shown_of
from vigiterre.tls.terms import Expiry, Terms
from vigiterre.worker import Worker

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 10
ASK_SECONDS = 0.5
SIGN_SECONDS = 2.0
LATE_SECONDS = 5.0
AGAIN_SECONDS = 60.0


class Told(NamedTuple):
    """All that is told over HTTP: a worker has no pages for people."""

    checks: Callable[[], Mapping[str, str]]
    metrics: Callable[[], bytes]


class WorkerRun:
    """One per process."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        settings = worker.settings
        self.receiver = Receiver(
            our_broker(settings, settings.mqtt.client_id, worker.way_in.topics()),
            worker.deliver,
            now_ms,
            settings.data_dir / "session.json",
        )
        self.foreign = ForeignBrokers(
            worker.deliver, now_ms, settings.data_dir, buffer_bytes(settings.journal.max_bytes)
        )
        self.shown = shown_of(settings.console)
        terms = Terms(settings, self.shown)
        self.platform = Checks(
            worker, lambda: self.receiver.state, lambda: self.foreign.checks(settings.language), terms
        )
        self.metrics = self._metrics()
        self.metrics.registry.register(Expiry(terms))
        worker.pipeline.observe_write = self.metrics.observe_write
        worker.marking.sources.append(Platform(self.metrics, settings.mqtt.client_id))
        self._stopping = asyncio.Event()

    def checks(self) -> Mapping[str, str]:
        """What /readyz says: each check with "" when well, else what is wrong in plain words."""
        worker, state, language = self.worker, self.receiver.state, self.worker.settings.language
        link = worker.outlet.trouble.words if worker.outlet.trouble is not None else worker.relay.trouble
        return {
            "broker": "" if state.connected else said("broker_away").text(language),
            **{trouble.code: trouble.text(language) for trouble in state.troubles},
            **self.foreign.checks(language),
            "store": store_trouble(worker).text(language),
            "files": files_trouble(worker).text(language),
            "descriptors": descriptors.trouble().text(language),
            "housekeeping": worker.chores_trouble.text(language),
            "relay": link.text(language),
            **certificate_checks(self.shown, language),
        }

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; then stop reading, flush, leave."""
        worker = self.worker
        obey_signals(self._stopping.set, self.reload)
        listener = bind(worker.settings.console.address())
        pages = pages_of(Starlette(routes=health.routes(Told(self.checks, self.metrics.text))), self.shown)
        commands = await control.listen(worker.settings.data_dir, worker.operations.commands())
        ending = [
            asyncio.create_task(self.receiver.run(), name="receiver"),
            asyncio.create_task(worker.pipeline.run(), name="pipeline"),
            asyncio.create_task(pages.serve(sockets=[listener]), name="pages"),
        ]
        endless = [
            asyncio.create_task(worker.outlet.run(), name="outlet"),
            asyncio.create_task(worker.relay.run(), name="relay"),
            asyncio.create_task(worker.chores.run(worker.housekeep), name="housekeeping"),
            asyncio.create_task(self._ask(), name="requests"),
            asyncio.create_task(self._give_signs(), name="signs of life"),
            asyncio.create_task(self._tell_late_hours(), name="late hours"),
            asyncio.create_task(worker.limits.keep(lambda: worker.ahead.sieve.limits), name="limits"),
        ]
        if worker.store.keeps_marks:
            endless.append(asyncio.create_task(worker.marking.run(now_ms), name="marks"))
        if self.shown is not None:
            endless.append(asyncio.create_task(self.shown.watch(), name="certificate"))
        self.foreign.follow(worker.way_in.foreign_sources())
        spare_collections()
        descriptors.raise_limit()
        address = address_of(listener, self.shown)
        log.info("started", only="ingest", devices=len(worker.registry.devices), address=address)
        waiting = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait([waiting, *ending, *endless], return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in (*ending, *endless) if task in done]
        log.info("stopping")
        await self._stop(ending, endless, pages)
        commands.close()
        (worker.settings.data_dir / control.SOCKET).unlink(missing_ok=True)
        waiting.cancel()
        for task in ended:
            task.result()  # a task that ends by itself is a bug: its exception is ours
        counts = worker.pipeline.counts
        log.info("stopped", received=counts.received, stored=counts.stored, refused=counts.refused_total)

    def reload(self) -> list[Problem]:
        """Take up the configuration that is on disk -> what is wrong with it: the old one stays then."""
        if self.shown is not None:
            self.shown.look()
        problems = self.worker.reload()
        self.receiver.subscribe_to(self.worker.way_in.topics())
        self.receiver.resume()
        self.foreign.follow(self.worker.way_in.foreign_sources())
        self.foreign.resume()
        return problems

    async def _stop(self, ending: list[asyncio.Task[None]], endless: list[asyncio.Task[None]], pages: Pages) -> None:
        """Reading stops first; what was acknowledged is stored and told now if it goes in time, else at restart."""
        worker = self.worker
        await asyncio.gather(self.receiver.stop(), self.foreign.stop())
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await worker.pipeline.drain()
                await worker.relay.drain()
        except TimeoutError:
            log.warning("stopped_before_all_was_stored", remains="in the journal, stored and told at the next start")
        await worker.pipeline.stop()
        await worker.limits.keep_once(worker.ahead.sieve.limits)
        pages.should_exit = True
        for task in endless:
            task.cancel()
        await asyncio.gather(*ending, *endless, return_exceptions=True)

    async def _ask(self) -> None:
        """Send what codecs ask of gateways, such as a Sparkplug node's birth, for ever."""
        while True:
            for topic, payload in self.worker.way_in.take_requests():
                if not self.receiver.publish(topic, payload):
                    log.info("request_dropped", topic=topic)  # the codec asks again when it still misses something
            await asyncio.sleep(ASK_SECONDS)

    async def _give_signs(self) -> None:
        while True:
            words = {**self.platform.words(now_ms()), "relay": self.checks()["relay"]}
            self.worker.give_sign(self.receiver.state.connected, words)
            await asyncio.sleep(SIGN_SECONDS)

    async def _tell_late_hours(self) -> None:
        backoff = Backoff(AGAIN_SECONDS)
        while True:
            pause = LATE_SECONDS
            try:
                while await self.worker.tell_late_hours():
                    backoff.reset()
            except (LinkDown, StoreUnavailable) as error:
                log.warning("late_hours_wait", detail=str(error))
                pause += backoff.next()
            await asyncio.sleep(pause)

    def _metrics(self) -> Metrics:
        worker = self.worker
        relay, outlet = worker.relay, worker.outlet
        return Metrics(
            worker.pipeline.counts,
            [
                *way_in_numbers(worker, self.receiver, self.foreign),
                gauge("relay_connected", "1 while what is accepted can be passed on", lambda: outlet.connected),
                gauge(
                    "relay_lag_messages", "Journaled and not yet passed on", lambda: worker.journal.last - relay.told
                ),
                counter("relay_readings", "Readings passed on to the alerts", lambda: relay.passed_on),
            ],
        )
