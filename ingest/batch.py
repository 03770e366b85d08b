"""What a batch of journaled messages is sifted into."""

from dataclasses import dataclass, field
from typing import NamedTuple

from devices.reading import Reading, Refusal
from ingest.journal import Entry

WHOLE_MESSAGE = -1


class Refused(NamedTuple):
    """A refusal with the message it came from."""

    entry: Entry
    item: int
    """Index of the item inside the message, or WHOLE_MESSAGE."""
    refusal: Refusal


Origin = tuple[Entry, int]
"""Where a reading of a batch came from, should the store refuse it: its message, and the item there."""


@dataclass(slots=True)
class Batch:
    readings: list[Reading] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    """Beside `readings`, one for one."""
    refused: list[Refused] = field(default_factory=list)
    partial: int = 0
    """How many of `readings` lack values that were refused; they are counted there."""
    duplicates: int = 0
    ignored: int = 0
    replayed: int = 0
    events: list[str] = field(default_factory=list)
    """Kinds of the events among the messages: join, ack, log, ..."""

    def extend(self, following: "Batch") -> None:
        """Add the batch that comes after it."""
        self.readings += following.readings
        self.origins += following.origins
        self.refused += following.refused
        self.events += following.events
        self.partial += following.partial
        self.duplicates += following.duplicates
        self.ignored += following.ignored
        self.replayed += following.replayed
