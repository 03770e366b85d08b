"""Marks: what dashboards are shown beside the readings, such as alerts, the fleet and ourselves. Values, no I/O."""

from collections.abc import Mapping
from typing import NamedTuple

from devices.reading import Series
from devices.registry import Registry
from devices.schema import LONGEST_TAG, MARK_TAGS, TAGS, UNSPEAKABLE

Tags = tuple[tuple[str, str], ...]
"""(name, text), in the order of MARK_TAGS."""


class Mark(NamedTuple):
    """What was so at one instant. Whatever measurement it belongs to is in `devices.schema`."""

    measurement: str
    tags: Tags
    time: int
    """ms"""
    values: dict[str, float]
    """Field -> value; never empty, always finite."""


def tags_of(measurement: str, texts: Mapping[str, str]) -> Tags:
    """Those that the measurement has, empty texts left out."""
    return tuple((name, text) for name in MARK_TAGS[measurement] if (text := texts.get(name, "")))


def placed(measurement: str, series: Series, registry: Registry, **more: str) -> Tags:
    """The tags of a device there, with the names that people know the place by; `more` are those beside PLACED."""
    texts = {
        **series._asdict(),
        "label": labelled(registry.place_name(series), series.device),
        "town": labelled(registry.towns.get(series.commune, ""), series.commune),
        **more,
    }
    return tags_of(measurement, texts)


def labelled(name: str, identifier: str) -> str:
    """`NAME (id)`; a long name is cut, since dashboards filter by the id. "" without an id."""
    ending = f" ({identifier})"
    return (name or identifier)[: LONGEST_TAG - len(ending)] + ending if identifier else ""


def speakable(text: str) -> str:
    """The text as a store can hold it: a place's name must not cost an alert its mark."""
    return UNSPEAKABLE.sub(" ", text[:LONGEST_TAG])


def as_reading_series(mark: Mark) -> Series:
    """What stands for a mark where people are told of readings: its measurement and the tags that readings have."""
    texts = dict(mark.tags)
    return Series(mark.measurement, **{name: texts.get(name, "") for name in TAGS})
