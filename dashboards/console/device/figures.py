"""One figure a quantity: what the template draws and says of it. Reads the store; called in a thread."""

from collections.abc import Sequence
from typing import NamedTuple

from alerts.applied import Applied
from dashboards.console.device.limits import Line, lines
from dashboards.console.device.samples import History, Track, bands, read_shown, shape
from dashboards.console.device.sketch import Bar, Sketch, lane, sketch
from dashboards.console.device.span import Span
from dashboards.console.device.summary import duration, held, share, state_name, summary
from dashboards.console.personal import Sight
from devices.problems import Language
from devices.quantity import Quantity
from devices.readable import with_sign
from devices.registry import Profile, Registry


class Lane(NamedTuple):
    """One state: its word, how long it was held, and when."""

    name: str
    time: str
    share: str
    bars: Sequence[Bar]


class Figure(NamedTuple):
    quantity: str
    label: str
    shape: str
    hourly: bool
    summary: str
    limits: Sequence[Line]
    sketch: Sketch | None
    """None without values, and for states."""
    low: str
    high: str
    """What its edges stand for."""
    lanes: Sequence[Lane]
    """Of states only."""


def figures(
    tracks: Sequence[tuple[Quantity, Track]],
    span: Span,
    rules: Sequence[Applied],
    registry: Registry,
    language: Language,
) -> list[Figure]:
    return [
        _figure(track, quantity, span, lines(rules, quantity, registry, language), language)
        for quantity, track in tracks
    ]


def read_tracks(
    history: History, profile: Profile, quantities: Sequence[Quantity], span: Span, sight: Sight
) -> list[tuple[Quantity, Track]]:
    """Raises StoreUnavailable."""
    interval = profile.model.interval * 1000
    return [(one, read_shown(history, profile.device.id, one, span, interval, sight)) for one in quantities]


def _figure(track: Track, quantity: Quantity, span: Span, limits: Sequence[Line], language: Language) -> Figure:
    drawn = shape(quantity)
    small = sketch(track, span, drawn, limits) if track.samples and drawn != "bands" else None
    return Figure(
        quantity.id,
        quantity.label[language],
        drawn,
        track.hourly,
        summary(track, quantity, span, language),
        limits,
        small,
        with_sign(small.low, quantity.unit, language) if small else "",
        with_sign(small.high, quantity.unit, language) if small else "",
        _lanes(track, quantity, span, language) if drawn == "bands" else [],
    )


def _lanes(track: Track, quantity: Quantity, span: Span, language: Language) -> list[Lane]:
    found = bands(track, span.end)
    times = held(found)
    total = sum(times.values())
    return [
        Lane(
            state_name(state, quantity, language),
            duration(time, language),
            share(time, total, language),
            lane(found, state, span),
        )
        for state, time in times.items()
    ]
