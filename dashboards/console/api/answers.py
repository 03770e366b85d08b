"""The shapes of the answers: what OpenAPI describes, and the columns of CSV.

Times are ms here, RFC 3339 in UTC outside.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(time_ms: int) -> str:
    """`2026-11-26T08:00:00.000Z`."""
    moment = EPOCH + timedelta(milliseconds=time_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Time = Annotated[int, PlainSerializer(iso, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})]
State = Literal["ok", "late", "silent"]
LevelWord = Literal["info", "warning", "critical"]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Bilingual(Shape):
    fr: str
    en: str


class Place(Shape):
    site: str
    name: str
    commune: str
    """INSEE code."""
    commune_name: str
    latitude: float | None
    longitude: float | None
    altitude: float | None
    """Degrees WGS 84, metres."""
    since: Time | None
    until: Time | None


class Device(Shape):
    id: str
    model: str
    domain: str
    owner: str
    installed: str
    tags: list[str]
    eui: str
    alias: str
    origin: Literal["", "replayed", "simulated"]
    """"" for a real sensor: else nothing of it was measured where it stands."""
    place: Place
    state: State
    heard: Time | None
    """Event time of its newest value."""
    level: LevelWord | None
    """The worst of its open alerts."""


class Devices(Shape):
    items: list[Device]
    total: int
    """Of all pages."""
    next: str | None
    """`cursor` of the next page."""


class DeviceWhole(Device):
    interval: int
    """Expected seconds between two readings."""
    quantities: list[str]
    params: dict[str, float | str]
    placements: list[Place]
    """In order of time; the last is `place`."""


class Value(Shape):
    device: str
    quantity: str
    time: Time
    value: float
    unit: str
    """UCUM code."""


class Values(Shape):
    items: list[Value]
    total: int
    """Devices of all pages."""
    next: str | None


class Latest(Shape):
    items: list[Value]


class Point(Shape):
    time: Time
    value: float


class Series(Shape):
    device: str
    quantity: str
    unit: str
    step: Literal["raw", "1h", "1d"]
    aggregate: str | None
    """None for raw values."""
    start: Time = Field(serialization_alias="from")
    end: Time = Field(serialization_alias="to")
    kept_since: Time | None
    """What is older is no longer kept as raw values: ask for step=1h. None where that does not matter."""
    items: list[Point]
    next: Time | None
    """Set when there is more: go on with `from` at this time."""


class Alert(Shape):
    id: int
    rule: str
    title: Bilingual
    finding: Bilingual
    action: Bilingual
    level: LevelWord
    """Where it stands, or stood last."""
    peak: LevelWord
    status: Literal["firing", "acknowledged", "resolved", "withdrawn"]
    domain: str
    device: str
    model: str
    site: str
    commune: str
    commune_name: str
    place: str
    quantity: str
    value: float | None
    threshold: float | None
    unit: str
    raised: Time
    """Event time of the breach."""
    opened: Time
    """Event time from which it fires."""
    resolved: Time | None
    acknowledged: Time | None
    acknowledged_by: str
    comment: str
    muted: bool
    late: bool
    """It was over when it was found."""


class Alerts(Shape):
    items: list[Alert]
    next: str | None


class Transition(Shape):
    time: Time
    at: Time
    """When we knew."""
    what: str
    level: LevelWord
    value: float | None
    detail: str


class AlertWhole(Alert):
    history: list[Transition]
    """The oldest first."""


class Refusals(Shape):
    total: int
    by_reason: dict[str, int]


class Threshold(Shape):
    level: LevelWord
    above: str | None
    below: str | None
    clear: str | None
    """As in rules.toml."""
    states: list[float]
    factor: float
    delay: int
    keep: int
    """Seconds: `for` and `keep_firing_for`."""


class Rule(Shape):
    id: str
    kind: str
    title: Bilingual
    action: Bilingual
    quantity: str
    measure: str
    window: int
    """Seconds."""
    levels: list[Threshold]
    calendar: str
    check: str
    runbook: str
    source: str


class Rules(Shape):
    items: list[Rule]


class Quantity(Shape):
    id: str
    label: Bilingual
    unit: str
    """UCUM code."""
    sign: str
    """As people write it."""
    minimum: float
    maximum: float
    kind: str
    aggregate: str
    states: dict[int, Bilingual]
    source: str
    minimum_aggregation: int | None
    """Set where it may tell of persons: minutes of the finest step without the role technician."""
    retention_days: int | None
    """Set there too: how long raw values are kept."""


class Quantities(Shape):
    items: list[Quantity]


class Health(Shape):
    ready: bool
    checks: dict[str, str]
    """Name -> "" when well, else what is wrong."""
    versions: dict[str, str]


class Index(Shape):
    title: str
    version: str
    links: dict[str, str]


class Geometry(Shape):
    type: Literal["Point"]
    coordinates: list[float]
    """Longitude, latitude, and altitude where it is known."""


class Feature(Shape):
    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: Device


class Features(Shape):
    type: Literal["FeatureCollection"]
    features: list[Feature]


class ParameterError(Shape):
    parameter: str
    detail: str


class Problem(Shape):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    errors: list[ParameterError] = []
