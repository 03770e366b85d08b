"""The intervals that the data say, against the alerts that are on record: what changed becomes transitions. Pure.

The same intervals again change nothing, so that after a crash the same readings may be judged once more.
"""

from collections.abc import Callable
from typing import NamedTuple

from alerts.alert import Alert, Transition, What
from alerts.episode import Episode
from alerts.judge import Verdict
from alerts.silent import SilentWatch
from alerts.watch import Watch
from devices.reading import Series


class Change(NamedTuple):
    """An alert as it is now, and what happened to it."""

    alert: Alert
    transitions: list[Transition]


def reconcile(
    watch: Watch | SilentWatch, series: Series, now: int, new_id: Callable[[], int], until: int | None = None
) -> list[Change]:
    """Bring the alerts of a watch in line with its intervals. `watch.alerts` is what is on record, oldest first.

    `now` is the wall clock, ms; `until` how far time has passed for the watch, if not up to now.
    """
    known = [one for one in watch.alerts if not one.withdrawn]
    changes: list[Change] = []
    # Newest first: what is open keeps its alert when late data joins or parts intervals.
    for episode in reversed(watch.view(now if until is None else until)):
        alert = next((one for one in reversed(known) if _same(one, episode)), None)
        if alert is None:
            alert = _opened(watch, series, episode, now, new_id())
            watch.alerts.append(alert)
            changes.append(Change(alert, _beginning(alert, now)))
        else:
            known.remove(alert)
            if transitions := _moved(alert, episode, watch, now):
                changes.append(Change(alert, transitions))
    changes += [Change(alert, [_withdrawn(alert, now)]) for alert in known if not _final(alert, watch)]
    return changes


def _final(alert: Alert, watch: Watch | SilentWatch) -> bool:
    """It ended beyond all correction: that its interval is not among those of the watch says nothing."""
    return alert.resolved is not None and alert.resolved + watch.applied.rule.reopen < watch.since


def _same(alert: Alert, episode: Episode) -> bool:
    """They overlap, or touch."""
    after = episode.end is not None and episode.end < alert.opened
    before = alert.resolved is not None and alert.resolved < episode.start
    return not (after or before)


def _opened(watch: Watch | SilentWatch, series: Series, episode: Episode, now: int, number: int) -> Alert:
    alert = Alert(
        number,
        watch.applied.rule.id,
        series,
        level=episode.level,
        peak=episode.peak,
        opened=episode.start,
        raised=episode.raised,
        resolved=episode.end,
        quantity=watch.applied.rule.quantity,
        found=now,
        ended=now if episode.end is not None else 0,
        late=episode.end is not None,
        closed=episode.end is not None,
    )
    _note(alert, watch.facts(episode.level))
    return alert


def _beginning(alert: Alert, now: int) -> list[Transition]:
    found = [Transition(alert.id, alert.opened, now, What.FIRED, alert.peak, alert.value)]
    if alert.resolved is not None:
        found.append(Transition(alert.id, alert.resolved, now, What.RESOLVED, alert.level, alert.value))
    return found


def _moved(alert: Alert, episode: Episode, watch: Watch | SilentWatch, now: int) -> list[Transition]:
    """What is other than on record; the alert is brought up to date."""
    found: list[Transition] = []
    verdict = watch.facts(episode.level)
    reopens = alert.resolved is not None and episode.end is None

    def note(what: What, time: int, detail: str = "") -> None:
        found.append(Transition(alert.id, time, now, what, episode.level, alert.value, detail))

    if episode.start != alert.opened:
        note(What.CORRECTED, episode.start, f"opened {alert.opened}")
        alert.opened = episode.start
    if reopens:
        _note(alert, verdict)
        note(What.REOPENED, verdict.seen if verdict else now)
        _reopen(alert)
    elif episode.end is not None and alert.resolved is None:
        _note(alert, verdict)
        note(What.RESOLVED, episode.end)
        alert.resolved, alert.ended = episode.end, now
    elif episode.end != alert.resolved and episode.end is not None:
        note(What.CORRECTED, episode.end, f"resolved {alert.resolved}")
        alert.resolved = episode.end
    if episode.level is not alert.level:
        if episode.end is None:
            _note(alert, verdict)
            note(What.LEVEL, verdict.seen if verdict else now, alert.level.word)
        alert.level = episode.level
    elif episode.end is None:
        _note(alert, verdict)
    alert.raised, alert.peak = episode.raised, episode.peak
    return found


def _reopen(alert: Alert) -> None:
    """Whoever took care of it believes it over: all begins again, but its number."""
    alert.resolved, alert.ended, alert.late, alert.closed = None, 0, False, False
    alert.reopened += 1
    alert.acknowledged, alert.acknowledged_by = 0, ""
    alert.noticed = alert.noticed_level = alert.steps = alert.reminded = 0


def _withdrawn(alert: Alert, now: int) -> Transition:
    alert.withdrawn = True
    alert.ended = now
    return Transition(alert.id, alert.opened, now, What.WITHDRAWN, alert.level, alert.value)


def _note(alert: Alert, verdict: Verdict | None) -> None:
    """What the newest verdict says, as far as it is about a value."""
    if verdict is None or verdict.value is None:
        alert.seen = verdict.seen if verdict is not None else alert.seen
        return
    alert.value, alert.threshold, alert.seen = verdict.value, verdict.limit, verdict.seen


def ended_by(alert: Alert, now: int, why: str) -> Change:
    """An open alert that nobody watches any more: its rule or its device is gone."""
    alert.resolved, alert.ended = now, now
    return Change(alert, [Transition(alert.id, now, now, What.RESOLVED, alert.level, alert.value, why)])
