"""One level of one rule on one device, as a state machine over event time. Pure: `step` is all of it.

calm -> raised (the breach began) -> firing (raised for `delay` without a gap) -> cleared (for `keep`) -> calm.
A reading holds until the next one, at most `hold`; after that nobody knows (a gap). A gap ends what is only raised, and
leaves what fires: silence is no sign that the ice is gone.
"""

from enum import IntEnum
from typing import NamedTuple

from alerts.rule import Threshold


class Sense(IntEnum):
    """What the values at one instant say."""

    CLEAR = -1
    UNKNOWN = 0
    """Something that the rule needs is not known."""
    BAND = 1
    """Between the threshold and `clear`: what was, stays."""
    RAISE = 2


class Lane(NamedTuple):
    raised: int | None = None
    """Since when, ms."""
    firing: int | None = None
    cleared: int | None = None
    """While firing: since when it is clear."""
    seen: int = 0
    """Event time of the newest value that kept it raised."""


class Span(NamedTuple):
    """One time of firing."""

    raised: int
    start: int
    end: int | None
    """None: still firing."""


CALM = Lane()


def step(lane: Lane, time: int, sense: Sense, seen: int, threshold: Threshold, hold: int) -> tuple[Lane, Span | None]:
    """What a value at `time` makes of it, and the time of firing that ended, if any did.

    `seen` is the event time of the value that the sense rests on, not after `time`.
    """
    lane, ended = pass_time(lane, time - 1, threshold, hold)
    if sense is Sense.UNKNOWN:
        return lane, ended
    if sense is Sense.CLEAR:
        return _clear(lane, time, ended)
    if sense is Sense.RAISE:
        lane = Lane(time if lane.raised is None else lane.raised, lane.firing, None, seen)
    elif lane.raised is not None:
        lane = lane._replace(seen=seen)
    if lane.firing is None and lane.raised is not None and time - lane.raised >= threshold.delay:
        lane = lane._replace(firing=lane.raised + threshold.delay)
    return lane, ended


def _clear(lane: Lane, time: int, ended: Span | None) -> tuple[Lane, Span | None]:
    if lane.firing is None:
        return CALM, ended
    return (lane if lane.cleared is not None else lane._replace(cleared=time)), ended


def pass_time(lane: Lane, now: int, threshold: Threshold, hold: int) -> tuple[Lane, Span | None]:
    """What the passing of time alone makes of it, up to and including `now`."""
    raised, firing, cleared, seen = lane
    if raised is None:
        return lane, None
    if firing is None:
        due, known = raised + threshold.delay, seen + hold
        if due <= now and due <= known:
            return lane._replace(firing=due), None
        return (CALM if known < now else lane), None
    if cleared is not None and cleared + threshold.keep <= now:
        return CALM, Span(raised, firing, cleared + threshold.keep)
    return lane, None
