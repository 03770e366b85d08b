"""What `vigiterre alerts` shows: the book beside a running process, read only, and its alerts as flat rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from alerts.alert import Alert, Mute, Status
from alerts.book import FILE, Book
from alerts.load import AlertConfig, load_alerts
from alerts.notices.case import Case, case_of
from alerts.notices.entry import sign_of
from alerts.notices.texts import LEVELS
from alerts.rule import Measure, Rule
from devices.errors import ConfigError, VigiterreError
from devices.load import load_registry
from devices.problems import Language
from devices.readable import readable, with_sign
from devices.registry import Registry
from vigiterre.moment import now_ms
from vigiterre.shell import Shell, shown_time
from vigiterre.texts import said

NO_REGISTRY = Registry({}, {}, {}, {}, {})
STATUSES = {
    Status.FIRING: "status_firing",
    Status.ACKNOWLEDGED: "status_acknowledged",
    Status.RESOLVED: "status_resolved",
    Status.WITHDRAWN: "status_withdrawn",
}


@dataclass(frozen=True)
class View:
    book: Book
    registry: Registry
    config: AlertConfig
    language: Language
    now: int
    """ms."""
    mutes: list[Mute]
    """Those not over."""

    def rule(self, alert: Alert) -> Rule | None:
        return self.config.rules.get(alert.rule)

    def title(self, alert: Alert) -> str:
        rule = self.rule(alert)
        return rule.title[self.language] if rule else alert.rule

    def case(self, alert: Alert) -> Case | None:
        """None when its rule is gone."""
        rule = self.rule(alert)
        return case_of(alert, rule, self.registry, self.config.communes) if rule else None

    def amount(self, value: float | None, alert: Alert) -> str:
        """A value of an alert with its unit, or the label of a state."""
        if value is None:
            return ""
        quantity, rule = self.registry.quantities.get(alert.quantity), self.rule(alert)
        if quantity is None:
            return readable(value, "", self.language)
        if value in quantity.states:
            return quantity.states[int(value)][self.language]
        text = with_sign(value, quantity.unit, self.language)
        return f"{text}/h" if rule and rule.measure is Measure.RATE else text

    def muted_by(self, alert: Alert) -> str:
        """`silence 3`; "" when people are told of it."""
        device = self.registry.devices.get(alert.series.device)
        tags, owner = (device.tags, device.owner) if device else ((), "")
        return ", ".join(f"{one.kind} {one.id}" for one in self.mutes if one.covers(alert, tags, owner, self.now))

    def row(self, alert: Alert) -> dict[str, Any]:
        """What `list --json` gives: codes as they are, times in UTC, null where there is none."""
        series, case = alert.series, self.case(alert)
        return {
            "id": alert.id,
            "level": alert.level.word,
            "status": alert.status.value,
            "rule": alert.rule,
            "title": self.title(alert),
            "device": series.device,
            "place": case.name if case else series.site,
            "domain": series.domain,
            "site": series.site,
            "commune": series.commune,
            "opened": shown_time(alert.opened),
            "resolved": time_or_none(alert.resolved),
            "value": alert.value,
            "unit": sign_of(case) if case else "",
            "acknowledged": time_or_none(alert.acknowledged),
            "acknowledged_by": alert.acknowledged_by,
            "comment": alert.comment,
            "muted_by": self.muted_by(alert) if alert.open else "",
        }

    def cells(self, alert: Alert, shell: Shell) -> dict[str, Any]:
        """The same in the words of a table."""
        row = self.row(alert)
        words = {"level": LEVELS[self.language][row["level"]], "status": shell.say(STATUSES[alert.status])}
        blank = {name: "" for name in ("resolved", "acknowledged") if row[name] is None}
        return {**row, **words, **blank, "amount": self.amount(alert.value, alert)}


def compact(row: dict[str, Any]) -> dict[str, Any]:
    """Few columns, for a terminal of 80 or 100: what, where and who are one cell each."""
    where = ", ".join(part for part in (row["place"], row["commune"]) if part)
    told = (row["status"], row["acknowledged_by"], row["muted_by"])
    return {
        **row,
        "title": f"{row['title']} ({row['rule']})",
        "place": f"{where} ({row['device']})" if row["device"] else where,
        "status": ", ".join(part for part in told if part),
    }


def time_or_none(time_ms: int | None) -> str | None:
    """As `shown_time`; None for none, and for the 0 that stands for none."""
    return shown_time(time_ms) if time_ms else None


@contextmanager
def opened(shell: Shell) -> Iterator[View]:
    """The book as it is on disk, beside a running process or without one."""
    path = shell.data_dir() / FILE
    with shell.failing():
        if not path.exists():
            raise VigiterreError(said("no_alerts_file", path=path))
    registry, config = territory(shell)
    now = now_ms()
    with shell.failing(), Book(path, read_only=True) as book:
        yield View(book, registry, config, shell.language, now, book.mutes(now))


def territory(shell: Shell) -> tuple[Registry, AlertConfig]:
    """Names and words of what the book holds. Alerts are shown without them while the configuration is broken."""
    registry, config = NO_REGISTRY, AlertConfig()
    try:
        registry = load_registry(shell.folder)
        config = load_alerts(shell.folder, registry)
    except ConfigError as error:
        shell.tell("alerts_without_config", count=len(error.problems))
    return registry, config
