"""Readings as InfluxDB line protocol: `domain,device=…,model=…,site=…,commune=… co2=612.0,… 1763931240000`.

Every value is written as a float and all values of a reading share one line, so no field-type conflict can occur and a
reading is stored whole or not at all. Callers sift first (`stores.storable`): nothing here can fail.
Syntax: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

from collections.abc import Mapping
from functools import lru_cache

from devices.mark import Mark, Tags, speakable
from devices.reading import Reading, Series
from devices.schema import TAGS

_TAG = str.maketrans({",": r"\,", " ": r"\ ", "=": r"\="})
_MEASUREMENT = str.maketrans({",": r"\,", " ": r"\ "})


@lru_cache(maxsize=65_536)
def prefix(series: Series) -> str:
    """Measurement and tags. An empty tag is left out: line protocol has no empty value, and a query reads it as ""."""
    tags = [f"{tag}={text.translate(_TAG)}" for tag in TAGS if (text := getattr(series, tag))]
    return ",".join([series.domain.translate(_MEASUREMENT), *tags]) + " "


def encode(reading: Reading) -> bytes:
    """One line, without the line feed; time in ms."""
    return f"{prefix(reading.series)}{_fields(reading.values)} {reading.time}".encode()


@lru_cache(maxsize=65_536)
def mark_prefix(measurement: str, tags: Tags) -> str:
    """The same of a mark; in the texts of its tags, a space stands for what no store can hold."""
    told = [f"{name}={speakable(text).translate(_TAG)}" for name, text in tags if text]
    return ",".join([measurement.translate(_MEASUREMENT), *told]) + " "


def encode_mark(mark: Mark) -> bytes:
    """As `encode`."""
    return f"{mark_prefix(mark.measurement, mark.tags)}{_fields(mark.values)} {mark.time}".encode()


def _fields(values: Mapping[str, float]) -> str:
    return ",".join([f"{name}={float(value)!r}" for name, value in values.items()])
