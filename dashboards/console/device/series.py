"""One series for the script that draws it, as JSON of at most some 2,000 samples; of hours, 1,000 do."""

import hashlib
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from dashboards.console.device.limits import Line
from dashboards.console.device.samples import Sample, Track, bands, pieces, shape
from dashboards.console.device.span import Span
from dashboards.console.device.summary import state_name
from devices.problems import Language
from devices.quantity import Kind, Quantity
from devices.readable import SIGNS

LIMIT = 2_000
"""Samples; between pieces stands one null more."""
HOURS_LIMIT = 1_000
"""A year in stretches of 18 hours: each hour brings its own lowest and highest, so a screen shows no more of more."""


def series(track: Track, quantity: Quantity, span: Span, lines: Sequence[Line], language: Language) -> dict[str, Any]:
    """Times in ms; `values`, `low` and `high` are null where a gap is. `low` and `high` are those of an hour, or []."""
    samples = _with_gaps(pieces(track.samples, HOURS_LIMIT if track.hourly else LIMIT, track.gap))
    drawn = shape(quantity)
    banded = track.hourly and drawn == "line"
    sign = SIGNS.get(quantity.unit, quantity.unit)
    return {
        "quantity": quantity.id,
        "label": quantity.label[language],
        "unit": sign,
        "shape": drawn,
        "policy": track.policy,
        "step": track.step,
        "from": span.start,
        "to": span.end,
        "of": len(track.samples),
        "times": [time for time, _ in samples],
        "values": [one.value if one else None for _, one in samples],
        "low": [one.low if one else None for _, one in samples] if banded else [],
        "high": [one.high if one else None for _, one in samples] if banded else [],
        "states": [
            [one.start, one.end, state_name(one.state, quantity, language)] for one in bands(track, span.end)[-LIMIT:]
        ]
        if quantity.kind is Kind.STATE
        else [],
        "limits": [{"name": one.name, "level": one.level, "words": one.words, "value": one.value} for one in lines],
    }


def body_of(found: dict[str, Any]) -> tuple[bytes, str]:
    """The JSON and its ETag."""
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _with_gaps(found: Sequence[Sequence[Sample]]) -> list[tuple[int, Sample | None]]:
    """The pieces one after the other, with None in the middle of each gap."""
    samples: list[tuple[int, Sample | None]] = []
    for before, piece in pairwise([(), *found]):
        if before:
            samples.append(((before[-1].time + piece[0].time) // 2, None))
        samples += [(one.time, one) for one in piece]
    return samples
