"""Readings as InfluxDB line protocol: `domain,device=…,model=…,site=…,commune=… co2=612.0,… 1763931240000`.

Every value is written as a float and all values of a reading share one line, so no field-type conflict can occur and a
reading is stored whole or not at all. Callers sift readings first (`stores.storable`): nothing here can fail.
Syntax: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

from functools import lru_cache

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
    fields = ",".join([f"{quantity}={float(value)!r}" for quantity, value in reading.values.items()])
    return f"{prefix(reading.series)}{fields} {reading.time}".encode()
