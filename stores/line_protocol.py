"""Readings as InfluxDB line protocol: `domain,device=…,model=…,site=…,commune=… co2=612.0,… 1763931240000`.

Every value is written as a float and all values of a reading share one line, so no field-type conflict can occur and a
reading is stored whole or not at all. Times and values are good here: callers have looked (`stores.storable`).
Syntax: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain

from pydantic_core import to_json

from devices.mark import Mark, Tags, speakable
from devices.reading import Reading, Series
from devices.schema import TAGS
from stores.storable import series_fault

_JSON_TO_FIELDS = bytes.maketrans(b":", b"=")
_TAG = str.maketrans({",": r"\,", " ": r"\ ", "=": r"\="})
_MEASUREMENT = str.maketrans({",": r"\,", " ": r"\ "})
KEPT = 262_144
"""Series whose measurement and tags are kept as text, about 250 bytes each."""


@lru_cache(maxsize=KEPT)
def prefix(series: Series) -> bytes:
    """Measurement and tags; nothing when they cannot be written.

    An empty tag is left out: line protocol has no empty value, and a query reads it as "".
    """
    if series_fault(series):
        return b""
    tags = [f"{tag}={text.translate(_TAG)}" for tag in TAGS if (text := getattr(series, tag))]
    return (",".join([series.domain.translate(_MEASUREMENT), *tags]) + " ").encode()


def encode(reading: Reading) -> bytes:
    """One line, without the line feed; time in ms."""
    return encode_all([reading])[0]


def encode_all(readings: Sequence[Reading]) -> list[bytes]:
    """The same for each; none at all when the series of one of them cannot be written.

    The numbers of all are written by one call of pydantic's JSON writer, in a third of the time of Python's repr:
    `{"co2":612.0,"air_temperature":21.4}` needs no more than other signs to be the fields of a line. Names of
    quantities hold none of these signs.
    """
    if not readings:
        return []
    series, times, values = zip(*readings, strict=True)
    if set(map(type, chain.from_iterable(map(dict.values, values)))) != {float}:
        values = tuple({name: float(value) for name, value in one.items()} for one in values)
    named = list(map(prefix, series))
    if not all(named):
        return []
    fields = to_json(values)[2:-2].translate(_JSON_TO_FIELDS, b'"').split(b"},{")
    return [b"%b%b %d" % line for line in zip(named, fields, times, strict=True)]


@lru_cache(maxsize=1_024)  # of those that come again and again; the fleet comes each ten minutes
def mark_prefix(measurement: str, tags: Tags) -> str:
    """The same of a mark; in the texts of its tags, a space stands for what no store can hold."""
    told = [f"{name}={speakable(text).translate(_TAG)}" for name, text in tags if text]
    return ",".join([measurement.translate(_MEASUREMENT), *told]) + " "


def encode_mark(mark: Mark) -> bytes:
    """As `encode`."""
    return f"{mark_prefix(mark.measurement, mark.tags)}{_fields(mark.values)} {mark.time}".encode()


def _fields(values: Mapping[str, float]) -> str:
    return ",".join([f"{name}={float(value)!r}" for name, value in values.items()])
