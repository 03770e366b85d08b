"""The numbers of /metrics, read where they live. A process exports those of the rooms it has."""

import shutil
import time
from collections.abc import Iterable

from ingest.mqtt import Receiver, State
from vigiterre.foreign import ForeignBrokers
from vigiterre.metrics import Number, counter, gauge
from vigiterre.service import Service
from vigiterre.worker import Worker


def way_in_numbers(service: Service | Worker, receiver: Receiver, foreign: ForeignBrokers) -> list[Number]:
    """What comes in, and how far it has come."""
    journal, pipeline, quarantine = service.journal, service.pipeline, service.quarantine
    started = time.monotonic()

    def age() -> float:
        last = receiver.state.last_message_monotonic
        return time.monotonic() - (started if last is None else last)

    def foreign_states() -> Iterable[State]:
        return list(foreign.states.values())  # read in another thread too

    def foreign_sum(name: str) -> int:
        return sum(getattr(state, name) for state in foreign_states())

    return [
        gauge("mqtt_connected", "1 while the broker is connected", lambda: receiver.state.connected),
        gauge("mqtt_paused", "1 while reading is paused: back-pressure", lambda: receiver.state.paused),
        counter("mqtt_messages_received", "PUBLISHes received", lambda: receiver.state.received),
        counter("mqtt_messages_acknowledged", "PUBACKs sent", lambda: receiver.state.acknowledged),
        counter("mqtt_reconnects", "Connections after the first", lambda: receiver.state.reconnects),
        counter("mqtt_sessions_lost", "Sessions the broker forgot", lambda: receiver.state.session_lost),
        gauge("ingest_last_message_age_seconds", "Since the last message, or the start if none came", age),
        gauge("journal_bytes", "Size of the journal on disk", lambda: journal.bytes),
        gauge("journal_waiting_bytes", "Of these, not yet stored", lambda: journal.undone_bytes(pipeline.done)),
        gauge("journal_damages", "Damages found when it was opened; see the log", lambda: len(journal.recovered)),
        gauge("journal_lag_messages", "Journaled and not yet stored", lambda: pipeline.waiting),
        counter(
            "personal_values_left_out",
            "Raw values not stored, since their own retention was over when they came",
            lambda: service.store.left_out,
        ),
        counter("quarantine_dropped", "Refusals dropped by age, size or share", lambda: quarantine.dropped),
        counter(
            "quarantine_cut",
            "Of these, because one device held more than its share",
            lambda: sum(one.refusals for one in quarantine.cut),
        ),
        gauge("foreign_brokers", "Foreign brokers of sources.toml", lambda: len(foreign.states)),
        gauge("foreign_connected", "Of these, connected", lambda: foreign_sum("connected")),
        counter("foreign_messages_received", "PUBLISHes of foreign brokers", lambda: foreign_sum("received")),
        counter("foreign_sessions_lost", "Sessions that foreign brokers forgot", lambda: foreign_sum("session_lost")),
        gauge("devices", "Devices in the registry", lambda: len(service.registry.devices)),
        *machine_numbers(service),
    ]


def machine_numbers(service: Service | Worker) -> list[Number]:
    """What is exported of what we live on."""
    data = service.settings.data_dir
    return [
        gauge("data_free_bytes", "Free on the disk of data_dir", lambda: shutil.disk_usage(data).free),
        gauge("data_total_bytes", "Size of the disk of data_dir", lambda: shutil.disk_usage(data).total),
        gauge("process_start_time_seconds", "When this process started, Unix time", lambda: service.started / 1000),
        counter("process_cpu_seconds", "Processor time of this process, its sandbox apart", time.process_time),
    ]


def alert_numbers(service: Service) -> list[Number]:
    """What is exported of alerts, notices and roll-ups."""
    alerting, counts, roller = service.alerting, service.sender.counts, service.roller
    return [
        counter("rollup_values_skipped", "Of quantities no longer in the catalogue", lambda: roller.unrolled),
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
