"""`vigiterre run`: one process from its first signal to its last.

receiver -> journal -> pipeline -> store        pages, alerts, commands and housekeeping beside them
"""

import asyncio
import gc
import shutil
import signal
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import structlog
import uvicorn
from starlette.applications import Starlette

from alerts.alert import Alert
from dashboards.console.acknowledge import Acknowledging, acknowledge_routes
from dashboards.console.app import application
from devices.editing_files import InventoryFiles
from devices.errors import VigiterreError
from devices.problems import NOTHING, Bilingual, Problem
from ingest.broker import Broker, buffer_bytes
from ingest.mqtt import Receiver, State
from ingest.trouble import Trouble
from vigiterre import control, descriptors
from vigiterre.alert_operations import AlertOperations
from vigiterre.checks import Checks, Ear, files_trouble
from vigiterre.console import access_of, console_of
from vigiterre.console_sources import sources_of
from vigiterre.feed import Feed
from vigiterre.foreign import ForeignBrokers
from vigiterre.marking.platform import Platform
from vigiterre.metrics import Metrics, Number, counter, gauge
from vigiterre.service import Service, now_ms
from vigiterre.settings import secret
from vigiterre.texts import said

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 10
ASK_SECONDS = 0.5
TICK_SECONDS = 1.0
BACKLOG_MS = 2_000
"""Messages older than this that still wait to be judged are a backlog: time passes with them, not with the clock."""
ENDLESS = ("housekeeping", "requests", "ticks", "export", "marks", "feed")
"""Tasks that only end when they are cancelled."""
NOT_YET = {"fr": "pas encore connecté", "en": "not connected yet"}


class Pages(uvicorn.Server):
    """The signals are ours: uvicorn would take them away."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


class Run:
    """`vigiterre run`: a Service with its receiver, its pages and its signals.

    `demonstration`: whoever comes from this machine is a technician, and every page says that nothing is measured.
    """

    def __init__(self, service: Service, *, demonstration: bool = False) -> None:
        self.service = service
        self.demonstration = demonstration
        settings = service.settings
        mqtt = settings.mqtt
        self.receiver = Receiver(
            Broker(
                url=mqtt.url,
                client_id=mqtt.client_id,
                topics=service.topics(),
                share=mqtt.share,
                password=secret(mqtt.password, mqtt.password_file),
                ca_file=mqtt.ca_file,
                cert_file=mqtt.cert_file,
                key_file=mqtt.key_file,
                keep_alive=mqtt.keep_alive,
                buffer_bytes=buffer_bytes(settings.journal.max_bytes),
            ),
            service.deliver,
            now_ms,
            settings.data_dir / "session.json",
        )
        self.foreign = ForeignBrokers(
            service.deliver, now_ms, settings.data_dir, buffer_bytes(settings.journal.max_bytes)
        )
        self.started = time.monotonic()
        self.platform = Checks(service, lambda: self.receiver.state, lambda: self.foreign.checks(settings.language))
        self.ear = Ear()
        self.tick_trouble = NOTHING
        """Why time does not pass for the alerts: a mistake of ours."""
        service.healthy = self.healthy
        self.metrics = self._metrics()
        service.pipeline.observe_write = self.metrics.observe_write
        service.marking.sources.append(Platform(self.metrics, mqtt.client_id))
        self.feed = Feed(service, self.metrics)
        self.commands = {**service.operations.commands(), **AlertOperations(service.alerting, now_ms).commands()}
        self.address: tuple[str, int] = settings.console.address()
        self._stopping = asyncio.Event()

    def checks(self) -> Mapping[str, str]:
        """What /readyz says: each check with "" when well, else what is wrong in plain words."""
        state, language = self.receiver.state, self.service.settings.language
        return {
            "broker": "" if state.connected else NOT_YET[language],
            **{trouble.code: trouble.text(language) for trouble in state.troubles},
            **self.foreign.checks(language),
            "store": self._store_trouble().text(language),
            "files": files_trouble(self.service).text(language),
            "descriptors": descriptors.trouble().text(language),
            "housekeeping": self.service.chores_trouble.text(language),
            "alerts": self._alert_trouble().text(language),
        }

    def _store_trouble(self) -> Bilingual:
        """The pipeline waits for the quarantine as well, which is said of the files."""
        service = self.service
        return NOTHING if service.pipeline.trouble == service.quarantine.trouble else service.pipeline.trouble

    def healthy(self) -> bool:
        """The heartbeat may go out: readings come in, and alerts are evaluated and written down."""
        return self.receiver.state.connected and not self._alert_trouble()

    def _alert_trouble(self) -> Bilingual:
        return self.service.alerting.trouble or self.service.ahead.trouble or self.tick_trouble

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; then stop reading, flush, leave."""
        service = self.service
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        application = self._application()
        listener = bind(self.address)
        pages = Pages(
            uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", proxy_headers=False)
        )
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
        ]
        if service.store.keeps_marks:
            tasks.append(asyncio.create_task(service.exporting.run(now_ms), name="export"))
            tasks.append(asyncio.create_task(service.marking.run(now_ms), name="marks"))
        self.foreign.follow(service.sources)
        spare_collections()
        descriptors.raise_limit()
        host, port = listener.getsockname()[:2]
        log.info("started", devices=len(service.registry.devices), console=f"http://{host}:{port}/")
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
        problems = self.service.reload()
        self.receiver.subscribe_to(self.service.topics())
        self.receiver.resume()
        self.foreign.follow(self.service.sources)
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
            hearing = self.ear.hearing(self.receiver.state, now, time.monotonic())
            if service.ahead.lag(now) < BACKLOG_MS:
                await self.pass_time(now, hearing)
            await asyncio.sleep(TICK_SECONDS)

    async def pass_time(self, now: int, hearing: int | None) -> None:
        """One tick. A mistake of ours in it is said, and stops neither ingest nor the next tick."""
        try:
            await self.service.alerting.tick(now, hearing=hearing, checks=self.platform.words(now))
        except Exception as error:
            self.tick_trouble = Trouble("alerts_failed", {"detail": f"{type(error).__name__}: {error}"}).words
            log.exception("alerts_failed")
        else:
            self.tick_trouble = NOTHING

    def _metrics(self) -> Metrics:
        """Everything this process exports, read where it lives."""
        service, receiver = self.service, self.receiver
        journal, pipeline, quarantine = service.journal, service.pipeline, service.quarantine
        roller = service.roller

        def age() -> float:
            last = receiver.state.last_message_monotonic
            return time.monotonic() - (self.started if last is None else last)

        def foreign() -> Iterable[State]:
            return list(self.foreign.states.values())  # read in another thread too

        return Metrics(
            pipeline.counts,
            [
                gauge("mqtt_connected", "1 while the broker is connected", lambda: receiver.state.connected),
                gauge("mqtt_paused", "1 while reading is paused: back-pressure", lambda: receiver.state.paused),
                counter("mqtt_messages_received", "PUBLISHes received", lambda: receiver.state.received),
                counter("mqtt_messages_acknowledged", "PUBACKs sent", lambda: receiver.state.acknowledged),
                counter("mqtt_reconnects", "Connections after the first", lambda: receiver.state.reconnects),
                counter("mqtt_sessions_lost", "Sessions the broker forgot", lambda: receiver.state.session_lost),
                gauge("ingest_last_message_age_seconds", "Since the last message, or the start if none came", age),
                gauge("journal_bytes", "Size of the journal on disk", lambda: journal.bytes),
                gauge("journal_waiting_bytes", "Of these, not yet stored", lambda: journal.undone_bytes(pipeline.done)),
                gauge(
                    "journal_damages", "Damages found when it was opened; see the log", lambda: len(journal.recovered)
                ),
                gauge("journal_lag_messages", "Journaled and not yet stored", lambda: pipeline.waiting),
                counter("quarantine_dropped", "Refusals dropped by age or size", lambda: quarantine.dropped),
                counter("rollup_values_skipped", "Of quantities no longer in the catalogue", lambda: roller.unrolled),
                gauge("foreign_brokers", "Foreign brokers of sources.toml", lambda: len(self.foreign.states)),
                gauge("foreign_connected", "Of these, connected", lambda: sum(s.connected for s in foreign())),
                counter(
                    "foreign_messages_received",
                    "PUBLISHes of foreign brokers",
                    lambda: sum(s.received for s in foreign()),
                ),
                counter(
                    "foreign_sessions_lost",
                    "Sessions that foreign brokers forgot",
                    lambda: sum(s.session_lost for s in foreign()),
                ),
                gauge("devices", "Devices in the registry", lambda: len(service.registry.devices)),
                *machine_numbers(service),
                *alert_numbers(service),
            ],
        )

    def _application(self) -> Starlette:
        service, settings = self.service, self.service.settings
        sources = sources_of(service, self.metrics, self.checks, self.commands, lambda: list(self.feed.samples))
        if not self.demonstration:  # whose configuration is that of everybody's next one
            inventory = InventoryFiles(service.folder, service.check)
            sources = replace(sources, inventory=inventory, reload=self._reloaded)
        access = access_of(settings, service.accounts, now_ms, demonstration=self.demonstration)
        console = console_of(settings, sources, access, self.feed)
        links = acknowledge_routes(Acknowledging(service.look_at_link, self._acknowledge), settings.language)
        return application(console, access, settings.store.raw_days, links)

    async def _reloaded(self) -> list[Problem]:
        return self.reload()

    async def _acknowledge(self, token: str, who: str, comment: str) -> list[Alert]:
        service = self.service
        return await service.alerting.acknowledge_by_link(service.links, token, who, comment, now_ms())


def alert_numbers(service: Service) -> list[Number]:
    """What is exported of alerts and notices."""
    alerting, counts = service.alerting, service.sender.counts
    return [
        gauge("alerts_open", "Alerts that are open", lambda: sum(one.open for one in list(alerting.unclosed.values()))),
        gauge("alerts_rules", "Alert rules", lambda: len(alerting.engine.rules)),
        gauge("alerts_rules_broken", "Of these, that fail", lambda: len(alerting.engine.broken)),
        gauge("alerts_lag_messages", "Journaled and not yet judged", lambda: service.journal.last - service.ahead.done),
        counter("alerts_judged", "Readings judged", lambda: alerting.counts.judged),
        counter("alerts_opened", "Alerts opened, and opened again", lambda: alerting.counts.opened),
        counter("alerts_resolved", "Alerts resolved or withdrawn", lambda: alerting.counts.resolved),
        counter("alerts_too_late", "Readings too late to be judged", lambda: alerting.engine.too_late),
        gauge("notices_waiting", "Notices in the outbox", lambda: sum(alerting.outbox.waiting().values())),
        counter("notices_sent", "Notices that a channel confirmed", lambda: sum(counts.sent.values())),
        counter("notices_failed", "Tries that failed", lambda: sum(counts.failed.values())),
        counter("notices_given_up", "Notices given up, for good", lambda: sum(counts.given_up.values())),
    ]


def machine_numbers(service: Service) -> list[Number]:
    """What is exported of what we live on."""
    data = service.settings.data_dir
    return [
        gauge("data_free_bytes", "Free on the disk of data_dir", lambda: shutil.disk_usage(data).free),
        gauge("data_total_bytes", "Size of the disk of data_dir", lambda: shutil.disk_usage(data).total),
        gauge("process_start_time_seconds", "When this process started, Unix time", lambda: service.started / 1000),
        counter("process_cpu_seconds", "Processor time of this process, its sandbox apart", time.process_time),
    ]


def spare_collections() -> None:
    """The registry lives as long as the process, and what a batch makes holds no cycles: look for those less often.

    With the defaults a reading cost 18.9 us of CPU on the whole way, so 11.0 (`make bench`, 10,000 devices).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def bind(address: tuple[str, int]) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises VigiterreError with the remedy."""
    try:
        return socket.create_server(address, family=socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    except OSError as error:
        facts = {"host": address[0], "port": address[1], "detail": error.strerror}
        raise VigiterreError(said("bind_refused", **facts)) from error
