"""What waits to be written in one transaction: alerts, their history, and the orders to tell people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from alerts.alert import Alert, Transition, What
from alerts.dispatch import NoticeKind, Order

TOLD = {NoticeKind.ESCALATION: What.ESCALATED, NoticeKind.REMINDER: What.REMINDED}


@dataclass
class Work:
    alerts: dict[int, Alert] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.alerts or self.transitions or self.orders)

    def note(self, alert: Alert, transitions: Iterable[Transition] = ()) -> None:
        self.alerts[alert.id] = alert
        self.transitions.extend(transitions)

    def order(self, alert: Alert, orders: Sequence[Order], now: int) -> None:
        """That people are told is part of the history; that they are told of its end goes without saying."""
        self.orders += orders
        for kind, some in groupby(orders, key=lambda one: one.kind):
            if not kind.ends:
                names = ", ".join(one.channel for one in some)
                what = TOLD.get(kind, What.NOTICED)
                self.transitions.append(Transition(alert.id, now, now, what, alert.level, alert.value, names))
