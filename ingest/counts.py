"""What the way in has done since the process started. Plain numbers; the metrics page and the demo read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from devices.reading import Reason, Refusal

OTHER = "other"
EVENTS = (
    *("join", "ack", "nack", "txack", "downlink", "status", "log", "location", "integration", "normalized"),
    *(
        "simulated",
        "nbirth",
        "dbirth",
        "ndeath",
        "ddeath",
        "state",
        "availability",
        "bridge",
        "rpc",
        "action",
        "unknown",
        OTHER,
    ),
)
"""The kinds of events told apart in the count."""


@dataclass(slots=True)
class Counts:
    """Counted in readings unless said: received = stored + refused, duplicates and ignored messages apart.

    A reading of which some values are stored and others refused counts as refused. An undecodable message counts as
    one reading.
    """

    messages: int = 0
    """Messages taken from the journal."""
    stored: int = 0
    refused: dict[Reason, int] = field(default_factory=lambda: dict.fromkeys(Reason, 0))
    duplicates: int = 0
    ignored: int = 0
    """Messages that are no readings: `state` and `down` topics, retained messages without their own time."""
    events: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVENTS, 0))
    """Messages of network servers and gateways that carry no measurement by design, by kind."""
    replayed: int = 0
    store_writes: int = 0
    store_retries: int = 0

    @property
    def refused_total(self) -> int:
        return sum(self.refused.values())

    @property
    def received(self) -> int:
        return self.stored + self.refused_total


class RefusalCounts:
    """Refusals by device and reason since they were taken last; "" is any device that nobody knows.

    So it grows no larger than the registry, whatever names are made up. Safe from several threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: dict[tuple[str, Reason], int] = {}

    def add(self, refused: Iterable[Refusal], addresses: Mapping[str, str]) -> None:
        """`addresses` of the registry: what a device is called by -> its id."""
        with self._lock:
            for one in refused:
                key = addresses.get(one.device, ""), one.reason
                self._counted[key] = self._counted.get(key, 0) + 1

    def take(self) -> dict[tuple[str, Reason], int]:
        """Those counted, which begin at 0 again."""
        with self._lock:
            taken, self._counted = self._counted, {}
        return taken
