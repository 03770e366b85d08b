"""`vigiterre run`: one process from its first signal to its last.

receiver -> journal -> pipeline -> store        pages, alerts, commands and housekeeping beside them
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace

import structlog
from starlette.applications import Starlette

from alerts.alert import Alert
from dashboards.console.acknowledge import Acknowledging, acknowledge_routes
from dashboards.console.app import application
from dashboards.console.sources import Sources
from devices.editing_files import InventoryFiles
from devices.problems import NOTHING, Bilingual, Problem
from ingest.broker import Broker, buffer_bytes
from ingest.mqtt import Receiver
from ingest.trouble import Trouble
from vigiterre import control, descriptors
from vigiterre.alert_operations import AlertOperations
from vigiterre.broker import our_broker
from vigiterre.checks import Checks, Ear, files_trouble, store_trouble
from vigiterre.console import access_of, console_of
from vigiterre.console_sources import sources_of
from vigiterre.device_keys import keys_of
from vigiterre.feed import Feed
from vigiterre.foreign import ForeignBrokers
from vigiterre.marking.platform import Platform
from vigiterre.metrics import Metrics
from vigiterre.moment import now_ms
from vigiterre.numbers import alert_numbers, way_in_numbers
from vigiterre.service import Service
from vigiterre.serving import Pages, address_of, bind, obey_signals, pages_of, spare_collections
from vigiterre.tls.shown import certificate_checks, shown_of
from vigiterre.tls.terms import Expiry, Terms

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 10
ASK_SECONDS = 0.5
TICK_SECONDS = 1.0
BACKLOG_MS = 2_000
"""Messages older than this that still wait to be judged are a backlog: time passes with them, not with the clock."""
ENDLESS = ("housekeeping", "requests", "ticks", "export", "marks", "feed", "certificate", "limits")
"""Tasks that only end when they are cancelled."""
NOT_YET = {"fr": "pas encore connecté", "en": "not connected yet"}


class Run:
    """`vigiterre run`: a Service with its receiver, its pages and its signals.

    `demonstration`: whoever comes from this machine is a technician, and every page says that nothing is measured.
    """

    def __init__(self, service: Service, *, demonstration: bool = False) -> None:
        self.service = service
        self.demonstration = demonstration
        settings = service.settings
        self.receiver = Receiver(self._broker(), service.deliver, now_ms, settings.data_dir / "session.json")
        self.foreign = ForeignBrokers(
            service.deliver, now_ms, settings.data_dir, buffer_bytes(settings.journal.max_bytes)
        )
        self.shown = shown_of(settings.console)
        terms = Terms(settings, self.shown)
        self.platform = Checks(
            service, lambda: self.receiver.state, lambda: self.foreign.checks(settings.language), terms
        )
        self.ear = Ear()
        self.tick_trouble = NOTHING
        """Why time does not pass for the alerts: a mistake of ours."""
        service.healthy = self.healthy
        self.metrics = self._metrics()
        self.metrics.registry.register(Expiry(terms))
        service.pipeline.observe_write = self.metrics.observe_write
        service.marking.sources.append(Platform(self.metrics, self._broker().client_id))
        self.feed = Feed(service, self.metrics)
        self.commands = {**service.operations.commands(), **AlertOperations(service.alerting, now_ms).commands()}
        self.address: tuple[str, int] = settings.console.address()
        self._stopping = asyncio.Event()

    def _broker(self) -> Broker:
        settings = self.service.settings
        return our_broker(settings, settings.mqtt.client_id, self.service.topics())

    def checks(self) -> Mapping[str, str]:
        """What /readyz says: each check with "" when well, else what is wrong in plain words."""
        state, language = self.receiver.state, self.service.settings.language
        return {
            "broker": "" if state.connected else NOT_YET[language],
            **{trouble.code: trouble.text(language) for trouble in state.troubles},
            **self.foreign.checks(language),
            "store": store_trouble(self.service).text(language),
            "files": files_trouble(self.service).text(language),
            "descriptors": descriptors.trouble().text(language),
            "housekeeping": self.service.chores_trouble.text(language),
            "alerts": self._alert_trouble().text(language),
            **certificate_checks(self.shown, language),
        }

    def healthy(self) -> bool:
        """The heartbeat may go out: readings come in, and alerts are evaluated and written down."""
        return self.receiver.state.connected and not self._alert_trouble()

    def _alert_trouble(self) -> Bilingual:
        return self.service.alerting.trouble or self.service.ahead.trouble or self.tick_trouble

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; then stop reading, flush, leave."""
        service = self.service
        obey_signals(self.stop, self.reload)
        application = self._application()
        listener = bind(self.address)
        pages = pages_of(application, self.shown)
        commands = await control.listen(service.settings.data_dir, self.commands)
        tasks = [
            asyncio.create_task(self.receiver.run(), name="receiver"),
            asyncio.create_task(service.pipeline.run(), name="pipeline"),
            asyncio.create_task(service.housekeep(), name="housekeeping"),
            asyncio.create_task(pages.serve(sockets=[listener]), name="pages"),
            asyncio.create_task(self._ask(), name="requests"),
            asyncio.create_task(self._tick(), name="ticks"),
            asyncio.create_task(service.sender.run(), name="notices"),
            asyncio.create_task(self.feed.run(), name="feed"),
            asyncio.create_task(service.limits.keep(lambda: service.ahead.sieve.limits), name="limits"),
        ]
        if service.store.keeps_marks:
            tasks.append(asyncio.create_task(service.exporting.run(now_ms), name="export"))
            tasks.append(asyncio.create_task(service.marking.run(now_ms), name="marks"))
        if self.shown is not None:
            tasks.append(asyncio.create_task(self.shown.watch(), name="certificate"))
        self.foreign.follow(service.foreign_sources())
        spare_collections()
        descriptors.raise_limit()
        log.info("started", devices=len(service.registry.devices), console=address_of(listener, self.shown))
        waiting = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in tasks if task in done]
        log.info("stopping")
        await self._stop(tasks, pages)
        commands.close()
        (service.settings.data_dir / control.SOCKET).unlink(missing_ok=True)
        waiting.cancel()
        for task in ended:
            task.result()  # a task that ends by itself is a bug: its exception is ours
        log.info("stopped", **self.counts())

    def stop(self) -> None:
        self._stopping.set()

    def reload(self) -> list[Problem]:
        """Take up the configuration that is on disk -> what is wrong with it: the old one stays then."""
        if self.shown is not None:
            self.shown.look()
        problems = self.service.reload()
        self.receiver.subscribe_to(self.service.topics())
        self.receiver.resume()
        self.foreign.follow(self.service.foreign_sources())
        self.foreign.resume()
        return problems

    def counts(self) -> dict[str, int]:
        counts = self.service.pipeline.counts
        return {
            "received": counts.received,
            "stored": counts.stored,
            "refused": counts.refused_total,
            "duplicates": counts.duplicates,
        }

    async def _stop(self, tasks: list[asyncio.Task[None]], pages: Pages) -> None:
        """Reading stops first; what was acknowledged is stored now if the store takes it in time, else at restart."""
        pipeline = self.service.pipeline
        await asyncio.gather(self.receiver.stop(), self.foreign.stop())
        try:
            await asyncio.wait_for(pipeline.drain(), FLUSH_SECONDS)
        except TimeoutError:
            log.warning("stopped_before_all_was_stored", remains="in the journal, stored at the next start")
        await pipeline.stop()
        await self.service.limits.keep_once(self.service.ahead.sieve.limits)
        await self.service.alerting.stop(now_ms())
        self.service.sender.stop()
        self.feed.live.close()  # open streams end, or the pages would wait for them
        pages.should_exit = True
        for task in tasks:
            if task.get_name() in ENDLESS:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self) -> None:
        """Send what codecs ask of gateways, such as a Sparkplug node's birth, for ever."""
        while True:
            for topic, payload in self.service.take_requests():
                if not self.receiver.publish(topic, payload):
                    log.info("request_dropped", topic=topic)  # the codec asks again when it still misses something
            await asyncio.sleep(ASK_SECONDS)

    async def _tick(self) -> None:
        """Time passes for the alerts, for ever; while a backlog is read, it passes with the readings."""
        service = self.service
        while True:
            now = now_ms()
            hearing = self.hearing(now)
            if service.ahead.lag(now) < BACKLOG_MS:
                await self.pass_time(now, hearing)
            await asyncio.sleep(TICK_SECONDS)

    def hearing(self, now: int) -> int | None:
        """Since when we hear the devices, ms; None while we cannot."""
        return self.ear.hearing(self.receiver.state, now, time.monotonic())

    def words(self, now: int) -> Mapping[str, str]:
        """What is wrong with ourselves, by the names of the checks."""
        return self.platform.words(now)

    async def pass_time(self, now: int, hearing: int | None) -> None:
        """One tick. A mistake of ours in it is said, and stops neither ingest nor the next tick."""
        try:
            await self.service.alerting.tick(now, hearing=hearing, checks=self.words(now))
        except Exception as error:
            self.tick_trouble = Trouble("alerts_failed", {"detail": f"{type(error).__name__}: {error}"}).words
            log.exception("alerts_failed")
        else:
            self.tick_trouble = NOTHING

    def _metrics(self) -> Metrics:
        """Everything this process exports, read where it lives."""
        service = self.service
        return Metrics(
            service.pipeline.counts,
            [*way_in_numbers(service, self.receiver, self.foreign), *alert_numbers(service)],
        )

    def _application(self) -> Starlette:
        service, settings = self.service, self.service.settings
        sources = self._sources()
        access = access_of(settings, service.accounts, now_ms, demonstration=self.demonstration)
        console = console_of(settings, sources, access, self.feed)
        links = acknowledge_routes(Acknowledging(service.look_at_link, self._acknowledge), settings.language)
        return application(console, access, settings.store.raw_days, links)

    def _sources(self) -> Sources:
        """What the pages are shown, and what they may do."""
        service = self.service
        sources = sources_of(service, self.metrics, self.checks, self.commands, lambda: list(self.feed.samples))
        if self.demonstration:  # whose configuration is that of everybody's next one
            return sources
        files = InventoryFiles(service.folder, service.check)
        return replace(sources, inventory=files, keys=keys_of(service), reload=self._reloaded)

    async def _reloaded(self) -> list[Problem]:
        return self.reload()

    async def _acknowledge(self, token: str, who: str, comment: str) -> list[Alert]:
        service = self.service
        return await service.alerting.acknowledge_by_link(service.links, token, who, comment, now_ms())
