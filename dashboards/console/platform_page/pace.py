"""How fast things go, from the numbers that the process notes every few seconds. Pure."""

from collections.abc import Sequence

from dashboards.console.sources import Sample

MINUTE_MS, MINUTES_MS = 60_000, 300_000


def per_second(samples: Sequence[Sample], name: str, span: int) -> float | None:
    """Mean rate of a counter over the newest `span` ms, or what there is of them; None while there is none."""
    pair = _ends(samples, span)
    return None if pair is None else _grown(pair, name) / (pair[1].time - pair[0].time) * 1000


def grown(samples: Sequence[Sample], name: str, span: int) -> float | None:
    """By how much a counter grew over the newest `span` ms."""
    pair = _ends(samples, span)
    return None if pair is None else _grown(pair, name)


def mean(samples: Sequence[Sample], total: str, count: str, span: int) -> float | None:
    """Mean of what was timed over the newest `span` ms; None when nothing was."""
    pair = _ends(samples, span)
    if pair is None or not (times := _grown(pair, count)):
        return None
    return _grown(pair, total) / times


def _ends(samples: Sequence[Sample], span: int) -> tuple[Sample, Sample] | None:
    """The oldest sample within the span, and the newest."""
    if not samples:
        return None
    newest = samples[-1]
    oldest = next(one for one in samples if one.time >= newest.time - span)
    return (oldest, newest) if oldest.time < newest.time else None


def _grown(pair: tuple[Sample, Sample], name: str) -> float:
    """A counter that is not there has not begun; none goes back while the process lives."""
    before, after = pair
    return max(0.0, after.numbers.get(name, 0.0) - before.numbers.get(name, 0.0))
