"""What devices published, each message once, with what must be kept of it. Knows nothing of the product."""

from dataclasses import dataclass, field
from enum import Enum
from threading import Lock

QUANTITIES = ("air_temperature", "relative_humidity", "co2")
HUMID = 250.0
"""A relative humidity that is not plausible."""

Key = tuple[str, bytes]
"""Topic and payload of a message: no two messages have the same."""


class Kind(Enum):
    GOOD = "good"
    OUT_OF_RANGE = "out of range"
    """One value is refused, two are stored."""
    UNKNOWN = "unknown quantity"
    """The same."""
    UNDECODABLE = "undecodable"
    """Refused whole; it has no time that anyone could read."""


@dataclass(slots=True)
class Sent:
    """A message of a device."""

    n: int
    device: str
    time: int
    """Its own time, ms; a device has no two messages of one time."""
    kind: Kind
    topic: str
    payload: bytes
    published: float
    """Monotonic seconds."""
    confirmed: float | None = None
    """When the broker confirmed it first."""
    times: int = 1
    """How often it was given to the broker."""

    @property
    def key(self) -> Key:
        return self.topic, self.payload

    @property
    def stored(self) -> dict[str, float]:
        """What the store must hold of it."""
        if self.kind is Kind.UNDECODABLE:
            return {}
        values = values_of(self.n)
        if self.kind is not Kind.GOOD:
            del values["relative_humidity"]
        return values

    @property
    def refused(self) -> bool:
        """Whether the quarantine must hold it."""
        return self.kind is not Kind.GOOD


@dataclass
class Ledger:
    sent: list[Sent] = field(default_factory=list)
    """By n."""
    _lock: Lock = field(default_factory=Lock)

    def add(self, device: str, time: int, kind: Kind, published: float) -> Sent:
        with self._lock:
            n = len(self.sent)
            sent = Sent(n, device, time, kind, f"vigiterre/building/{device}/up", payload(n, time, kind), published)
            self.sent.append(sent)
            return sent

    def since(self, first: int, end: int | None = None) -> list[Sent]:
        with self._lock:
            return self.sent[first:end]

    def __len__(self) -> int:
        return len(self.sent)


def values_of(n: int) -> dict[str, float]:
    """Three values that say which message they are from; the last one alone says it."""
    return {"air_temperature": n % 997 / 10 - 40, "relative_humidity": n % 101 / 1.0, "co2": n + 0.5}


def number_of(co2: float) -> int:
    return int(co2 - 0.5)


def payload(n: int, time: int, kind: Kind) -> bytes:
    values = values_of(n)
    humidity = values.pop("relative_humidity")
    name = "humidty" if kind is Kind.UNKNOWN else "relative_humidity"
    values[name] = HUMID if kind is Kind.OUT_OF_RANGE else humidity
    body = ", ".join(f'"{name}": {value!r}' for name, value in values.items())
    whole = f'{{"time": {time}, "values": {{{body}}}}}'
    return (whole[: -len("}}")] if kind is Kind.UNDECODABLE else whole).encode()
