"""A worker's answer becomes measurements."""

from collections.abc import Iterable, Mapping
from typing import Any

from ingest.codecs.native import parse_time
from ingest.codecs.uplink import Decoded


class Answer(list[Decoded]):
    """The measurements of one payload, mostly one; with what its codec warns of, for those who want to know."""

    __slots__ = ("warnings",)

    def __init__(self, decoded: Iterable[Decoded], warnings: Iterable[str] = ()) -> None:
        super().__init__(decoded)
        self.warnings = tuple(warnings)


def measurements(data: Mapping[str, Any] | list[dict[str, Any]]) -> list[Decoded]:
    """One for an object; one for each object of an array, with its own time where it has one."""
    if not isinstance(data, list):
        return [Decoded(data)]
    return [Decoded(one, _own_time(one.get("time"))) for one in data]


def _own_time(time: object) -> int | None:
    """An element's `time` is its own when it is RFC 3339, as normalised payloads have it; else it is the uplink's."""
    try:
        return parse_time(time) if isinstance(time, str) else None
    except ValueError:
        return None
