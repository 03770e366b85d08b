"""A bundle of the outbox becomes a notice in words, about what is so now and not about what was when it was ordered."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alerts.dispatch import NoticeKind
from alerts.notices.case import Case
from alerts.notices.compose import Composed, compose, compose_test
from alerts.notices.plan import Channel
from alerts.outbox import Bundle
from alerts.turns import Row

UNANSWERED = (NoticeKind.REMINDER, NoticeKind.ESCALATION)

Look = Callable[[Collection[int]], Mapping[int, Case]]
"""The alerts of these ids with their rules and names; those that are gone are left out. Called in a thread."""
Acknowledge = Callable[[str, str, int], str]
"""(notice, channel, now) -> URL of the page that acknowledges; "" for no link. Called in a thread."""


class Letter(NamedTuple):
    """What becomes of a bundle."""

    rows: tuple[Row, ...]
    """Told by `composed`."""
    composed: Composed | None
    """None when nothing is left to tell now."""
    stale: tuple[Row, ...] = ()
    """Nobody need be told of these any more."""
    muted: tuple[Row, ...] = ()
    """Nobody is to be told of these now."""


@dataclass(frozen=True, slots=True)
class Writer:
    look: Look
    acknowledge: Acknowledge
    public_url: str
    """Where our pages are, for runbooks; "" when nobody can reach them."""

    def write(self, bundle: Bundle, channel: Channel, now: int) -> Letter:
        """`now` is ms."""
        if bundle.rows[0].kind is NoticeKind.TEST:
            return Letter(bundle.rows, compose_test(bundle.notice, bundle.channel, channel.language, now))
        cases = self.look(bundle.alerts)
        stale = tuple(row for row in bundle.rows if _stale(row, cases.get(row.alert)))
        muted = tuple(row for row in bundle.rows if row not in stale and cases[row.alert].muted and not row.ends)
        rows = tuple(row for row in bundle.rows if row not in stale and row not in muted)
        if not rows:
            return Letter((), None, stale, muted)
        told = _told(rows, cases)
        expected = any(case.expects for case in told)
        link = self.acknowledge(bundle.notice, bundle.channel, now) if expected else ""
        composed = compose(bundle.notice, told, channel.language, link, now, self.public_url)
        return Letter(rows, composed, stale, muted)


def _stale(row: Row, case: Case | None) -> bool:
    return case is None or (row.kind in UNANSWERED and not case.expects)


def _told(rows: Sequence[Row], cases: Mapping[int, Case]) -> list[Case]:
    """Each alert once: with its end if that is told, else with why it was told first."""
    kinds: dict[int, NoticeKind] = {}
    for row in rows:
        if row.ends or row.alert not in kinds:
            kinds[row.alert] = row.kind
    return [cases[alert]._replace(kind=kind) for alert, kind in kinds.items()]
