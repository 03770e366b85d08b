"""Tests of the chain that tells people, by command and every week. Each says that it is one."""

from collections.abc import Iterable
from uuid import uuid4

from alerts.dispatch import NoticeKind, Order
from alerts.notices.compose import compose_test
from alerts.notices.plan import Channel, Plan
from alerts.notices.transport import keep_addresses_out_of_logs, send
from alerts.notices.trouble import NotSent
from alerts.outbox import Outbox
from alerts.rule import Level
from devices.problems import near

NO_ALERT = 0


def trials(channels: Iterable[str], now: int) -> list[Order]:
    """The orders that try the whole chain, from the outbox to people."""
    return [Order(NO_ALERT, NoticeKind.TEST, name, Level.INFO, "test", now) for name in channels]


def order_weekly(outbox: Outbox, plan: Plan, since: int, now: int) -> set[str]:
    """Put the weekly test in when its moment passed; the channels that have something new.

    One that was missed while we were not running goes out late; `since` is when we started, for the first one ever.
    """
    if plan.weekly is None or plan.weekly.last(now) <= (outbox.last_test() or since):
        return set()
    return outbox.add(trials(plan.used, now), now)


def notify_test(plan: Plan, name: str, now: int) -> Channel:
    """Send a test on one channel now, past the outbox, and wait for the outcome.

    The channel that took it: of a rota, that of who is on duty. Raises NotSent.
    """
    keep_addresses_out_of_logs()
    channel = plan.resolve(name, now)
    if channel is None:
        raise NotSent("no_channel", channel=name, known=near(name, plan.channels))
    send(channel, compose_test(uuid4().hex, name, channel.language, now))
    return channel
