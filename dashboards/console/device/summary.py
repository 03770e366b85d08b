"""What a chart shows, as a sentence: for who does not see it, and for who has no time to read it."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from dashboards.console.device.limits import length
from dashboards.console.device.samples import NO_BAND, Band, Sample, Track, bands
from dashboards.console.device.span import Span
from dashboards.console.device.texts import SUMMARY
from dashboards.console.device.times import clock
from devices.problems import Language
from devices.quantity import Aggregate, Kind, Quantity
from devices.readable import signed, whole, with_sign
from stores.rollup import aggregate

STEADY = 0.05
"""A change of less than this part of the whole range is none."""
PARTS = 6
"""The trend compares the last sixth of the span with the sixth before."""


def summary(track: Track, quantity: Quantity, span: Span, language: Language) -> str:
    """Lowest, highest, mean, newest, trend; of states how long each was held; of amounts how much it makes."""
    words = SUMMARY[language]
    if not track.samples:
        return words["nothing"]
    if quantity.kind is Kind.STATE:
        return _states(bands(track, span.end), quantity, language)
    parts = [_range(track.samples, quantity, language), _whole(track, quantity, language)]
    parts.append(words["newest"].format(value=_said(track.samples[-1].value, quantity, language)))
    parts.append(_trend(track.samples, quantity, span, language))
    sentence = words["between"].join(part for part in parts if part)
    return f"{sentence[0].upper()}{sentence[1:]}."


def held(found: Sequence[Band]) -> dict[int, int]:
    """State -> ms in it, the longest first."""
    total: dict[int, int] = {}
    for band in found:
        total[band.state] = total.get(band.state, 0) + band.end - band.start
    return dict(sorted(total.items(), key=lambda one: -one[1]))


def duration(milliseconds: int, language: Language) -> str:
    """`2 j 3 h`, `21 h 5 min`, `40 s`: its two greatest units."""
    seconds = round(milliseconds / 1000)
    sizes = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("", 1000))
    found = []
    for _, size in sizes:
        count, seconds = divmod(seconds, size // 1000)
        if count:
            found.append(length(count * size, language) if size > 1000 else signed(str(count), "s"))
    return " ".join(found[:2]) or signed("0", "s")


def share(part: int, total: int, language: Language) -> str:
    """`88 %` as the language sets it."""
    number = str(round(100 * part / total)) if total else "0"
    return f"{number}\N{NO-BREAK SPACE}%" if language == "fr" else f"{number}%"


def state_name(state: int, quantity: Quantity, language: Language) -> str:
    return quantity.states[state][language] if state in quantity.states else str(state)


def _states(found: Sequence[Band], quantity: Quantity, language: Language) -> str:
    words = SUMMARY[language]
    times = held(found)
    total = sum(times.values())
    told = [
        words["held"].format(
            state=state_name(state, quantity, language),
            time=duration(time, language),
            share=share(time, total, language),
        )
        for state, time in times.items()
    ]
    changes = sum(one.state != other.state for one, other in pairwise(found))
    told.append(words["changes" if changes > 1 else "change" if changes else "no_change"].format(count=whole(changes)))
    return words["between"].join(told) + "."


def _range(samples: Sequence[Sample], quantity: Quantity, language: Language) -> str:
    if quantity.aggregate in NO_BAND:
        return ""
    lowest, highest = min(samples, key=lambda one: one.low), max(samples, key=lambda one: one.high)
    if lowest.low == highest.high:
        return SUMMARY[language]["always"].format(value=_said(lowest.low, quantity, language))
    return SUMMARY[language]["range"].format(
        low=_said(lowest.low, quantity, language),
        low_time=clock(lowest.time, language),
        high=_said(highest.high, quantity, language),
        high_time=clock(highest.time, language),
    )


def _whole(track: Track, quantity: Quantity, language: Language) -> str:
    """The mean, or what is said in its stead of amounts and totals."""
    values = [sample.value for sample in track.samples]
    if quantity.aggregate is Aggregate.LAST:
        if quantity.kind is not Kind.COUNTER:
            return ""
        return SUMMARY[language]["risen"].format(value=_said(values[-1] - values[0], quantity, language))
    value = aggregate(quantity.aggregate, values)
    key = "sum" if quantity.aggregate is Aggregate.SUM else "mean_of_hours" if track.hourly else "mean"
    return "" if value is None else SUMMARY[language][key].format(value=_said(value, quantity, language))


def _trend(samples: Sequence[Sample], quantity: Quantity, span: Span, language: Language) -> str:
    """Nothing of directions, amounts and totals, nor where one of the two parts is empty."""
    if quantity.aggregate not in (Aggregate.MEAN, Aggregate.ENERGY_MEAN):
        return ""
    part = span.length // PARTS
    times = [one.time for one in samples]
    first, middle = bisect_left(times, span.end - 2 * part), bisect_left(times, span.end - part)
    before, last = (_mean([one.value for one in some]) for some in (samples[first:middle], samples[middle:]))
    if last is None or before is None:
        return ""
    words, change = SUMMARY[language], last - before
    whole_range = max(one.high for one in samples) - min(one.low for one in samples)
    key = "steady" if abs(change) <= STEADY * whole_range else "rising" if change > 0 else "falling"
    return words[key].format(change=_said(abs(change), quantity, language), time=duration(part, language))


def _mean(values: Sequence[float]) -> float | None:
    return aggregate(Aggregate.MEAN, values) if values else None


def _said(value: float, quantity: Quantity, language: Language) -> str:
    return with_sign(value, quantity.unit, language)
