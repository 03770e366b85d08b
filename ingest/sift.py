"""A batch of journaled messages -> readings to store and refusals to keep. Pure, but for duplicates.

route (topic -> device) -> decode (payload -> items) -> validate (item -> reading, refusal, or both).
"""

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from devices.device import DOMAINS
from devices.errors import DecodeError
from devices.reading import Item, Reading, Reason, Refusal
from devices.registry import Profile, Registry
from ingest.codecs import Codec
from ingest.duplicates import Duplicates
from ingest.journal import Entry
from ingest.validate import validate

WHOLE_MESSAGE = -1
TRACEBACK_CHARACTERS = 4_000


class Refused(NamedTuple):
    """A refusal with the message it came from."""

    entry: Entry
    item: int
    """Index of the item inside the message, or WHOLE_MESSAGE."""
    refusal: Refusal


class Origin(NamedTuple):
    """Where a reading of a batch came from, should the store refuse it."""

    entry: Entry
    item: int


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


class Sieve:
    """What is needed to sift: the registry, the codecs and the limits. Made anew when the configuration changes."""

    def __init__(
        self,
        registry: Registry,
        codecs: Mapping[str, Codec],
        duplicates: Duplicates,
        *,
        root: str = "vigiterre",
        max_age: int = 30 * 86_400_000,
        max_payload: int = 262_144,
    ) -> None:
        self.registry = registry
        self.codecs = codecs
        self.duplicates = duplicates
        self.root = root.split("/")
        self.max_age = max_age
        self.max_payload = max_payload
        self._profiles: dict[str, Profile] = {}

    def sift(self, entries: Iterable[Entry]) -> Batch:
        batch = Batch()
        for entry in entries:
            message = entry.message
            batch.replayed += message.replayed
            profile = self._profiles.get(message.topic) or self._route(entry, batch)
            if profile is None:
                continue
            items = self._decode(entry, profile, batch)
            for index, item in enumerate(items):
                self._validate(entry, index, item, profile, batch)
        return batch

    def _route(self, entry: Entry, batch: Batch) -> Profile | None:
        """The device a topic belongs to; else the message is refused or ignored."""
        found = route(entry.message.topic, self.root, self.registry)
        if isinstance(found, Profile):
            self._profiles[entry.message.topic] = found
            return found
        if found is None:
            batch.ignored += 1
        else:
            batch.refused.append(Refused(entry, WHOLE_MESSAGE, found))
        return None

    def _decode(self, entry: Entry, profile: Profile, batch: Batch) -> list[Item]:
        message, device = entry.message, profile.device.id
        if len(message.payload) > self.max_payload:
            refusal = Refusal(
                Reason.TOO_LARGE, f"{len(message.payload)} bytes, {self.max_payload} are accepted", device
            )
        else:
            try:
                return self.codecs[profile.model.codec](message, device)
            except DecodeError as error:
                refusal = Refusal(Reason.UNDECODABLE, str(error), device)
            except Exception:  # noqa: BLE001  -- a bug in one codec must not stop the others; it is kept with its trace
                trace = traceback.format_exc()[-TRACEBACK_CHARACTERS:]
                refusal = Refusal(Reason.UNDECODABLE, f"codec {profile.model.codec} failed:\n{trace}", device)
        batch.refused.append(Refused(entry, WHOLE_MESSAGE, refusal))
        return []

    def _validate(self, entry: Entry, index: int, item: Item, profile: Profile, batch: Batch) -> None:
        message = entry.message
        dated = item.time is not None
        if message.retained and not dated and item.refusal is None:
            batch.ignored += 1
            return
        reading, refusal = validate(item, profile, message.received + index, self.max_age)
        known = dated or item.seq is not None
        if refusal is None and known and not message.replayed and self.duplicates.seen(item):
            batch.duplicates += 1
            return
        if refusal is not None:
            batch.refused.append(Refused(entry, index, refusal))
            batch.partial += reading is not None
        if reading is not None:
            batch.readings.append(reading)
            batch.origins.append(Origin(entry, index))


def route(topic: str, root: list[str], registry: Registry) -> Profile | Refusal | None:
    """`{root}/{domain}/{device}/up` -> the device's profile; None for topics that carry no readings by design."""
    levels = topic.split("/")
    if levels[: len(root)] != root or len(levels) != len(root) + 3:
        return Refusal(Reason.WRONG_TOPIC, f"expected {'/'.join(root)}/{{domain}}/{{device}}/up")
    domain, device, kind = levels[len(root) :]
    if kind in ("state", "down"):
        return None
    if kind != "up" or domain not in DOMAINS:
        known = ", ".join(DOMAINS)
        return Refusal(Reason.WRONG_TOPIC, f"expected {'/'.join(root)}/{{domain}}/{{device}}/up, domain one of {known}")
    profile = registry.profiles.get(device)
    if profile is None:
        return Refusal(Reason.UNKNOWN_DEVICE, f"{device[:80]} is not in devices.csv", device[:80])
    if profile.domain != domain:
        return Refusal(Reason.WRONG_TOPIC, f"{device} belongs to domain {profile.domain}", device)
    return profile
