"""The geometry of a small chart that the server draws: paths in a box of WIDTH by HEIGHT, y downwards. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboards.console.device.limits import Line
from dashboards.console.device.samples import Band, Sample, Track, pieces
from dashboards.console.device.span import Span

WIDTH, HEIGHT = 600, 120
SAMPLES = 160
"""So many are told apart on a telephone, and fifteen charts of them weigh little."""
NEAR = 0.5
"""A limit is drawn when it is at most this part of the values' range beyond them: a far one would flatten them."""
MARGIN = 0.06


class Mark(NamedTuple):
    """A limit as a line across."""

    y: float
    level: str


class Sketch(NamedTuple):
    path: str
    """Of the values: a line, strokes from the bottom for amounts, or dots."""
    area: str
    """Between the lowest and the highest, or ""."""
    marks: Sequence[Mark]
    low: float
    high: float
    """What its lower and its upper edge stand for."""


class Bar(NamedTuple):
    x: float
    width: float


def sketch(track: Track, span: Span, shape: str, limits: Sequence[Line]) -> Sketch:
    """Of a track that is not empty; gaps stay gaps."""
    low, high = edges(track.samples, shape, limits)
    found = pieces(track.samples, SAMPLES, track.gap)
    frame = _Frame(span, low, high)
    draw = {"bars": _bars, "dots": _dots}.get(shape, _line)
    drawn = [(one.value, one.level) for one in limits if one.value is not None and low <= one.value <= high]
    marks = [Mark(frame.y(value), level) for value, level in drawn]
    return Sketch(
        "".join(draw(piece, frame) for piece in found),
        "".join(_area(piece, frame) for piece in found) if track.hourly and shape == "line" else "",
        marks,
        low,
        high,
    )


def edges(samples: Sequence[Sample], shape: str, limits: Sequence[Line]) -> tuple[float, float]:
    """The range of a chart: its values, the limits near them, a margin; amounts stand on 0."""
    low, high = min(one.low for one in samples), max(one.high for one in samples)
    if shape == "bars":
        low = min(0.0, low)
    reach = (high - low) * NEAR or abs(high) * MARGIN or 1.0
    near = [one.value for one in limits if one.value is not None and low - reach <= one.value <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    room = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
    return (low if shape == "bars" else low - room), high + room


def lane(bands: Sequence[Band], state: int, span: Span) -> list[Bar]:
    """When a state was held, as bars along WIDTH, none thinner than a pixel of a telephone."""
    frame = _Frame(span, 0.0, 1.0)
    return [
        Bar(frame.x(one.start), max(1.5, round(frame.x(one.end) - frame.x(one.start), 1)))
        for one in bands
        if one.state == state
    ]


class _Frame(NamedTuple):
    span: Span
    low: float
    high: float

    def x(self, time: int) -> float:
        return round(WIDTH * min(1.0, max(0.0, (time - self.span.start) / self.span.length)), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT * (1 - (value - self.low) / (self.high - self.low)), 1)


def _line(piece: Sequence[Sample], frame: _Frame) -> str:
    points = [f"{frame.x(one.time):g} {frame.y(one.value):g}" for one in piece]
    return f"M{'L'.join(points)}" + ("h0" if len(points) == 1 else "")


def _dots(piece: Sequence[Sample], frame: _Frame) -> str:
    return "".join(f"M{frame.x(one.time):g} {frame.y(one.value):g}h0" for one in piece)


def _bars(piece: Sequence[Sample], frame: _Frame) -> str:
    foot = frame.y(0.0)
    return "".join(f"M{frame.x(one.time):g} {foot:g}V{frame.y(one.value):g}" for one in piece)


def _area(piece: Sequence[Sample], frame: _Frame) -> str:
    if len(piece) == 1:
        return ""
    above = [f"{frame.x(one.time):g} {frame.y(one.high):g}" for one in piece]
    below = [f"{frame.x(one.time):g} {frame.y(one.low):g}" for one in reversed(piece)]
    return f"M{'L'.join([*above, *below])}Z"
