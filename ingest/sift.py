"""A batch of journaled messages -> readings to store and refusals to keep. Pure, but for duplicates.

route (topic -> device) -> decode (payload -> items) -> validate (item -> reading, refusal, or both).
"""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import NamedTuple

from devices.cells import eui
from devices.device import DOMAINS
from devices.errors import DecodeError
from devices.reading import Item, Message, Reason, Refusal
from devices.registry import Profile, Registry
from ingest.batch import WHOLE_MESSAGE, Batch, Refused
from ingest.codecs import Codec
from ingest.codecs.job import Job, Outcome
from ingest.codecs.native import decode as decode_native
from ingest.codecs.uplink import Event, PayloadCodec, SourceCodec, Uplink
from ingest.decoding import Heard, decode, items, undecodable
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.limits import RateLimits
from ingest.plain import PlainWay
from ingest.sources import PAYLOAD, Source, Sources
from ingest.validate import validate

TRACEBACK_CHARACTERS = 4_000
ADDRESS_CHARACTERS = 80
ITEMS_APART = 1_000
"""Items of the n-th uplink of a message are numbered from n * this: each keeps its number, whatever came before it."""


class Work(NamedTuple):
    """What one device said in one message; its payload read, or a job for the sandbox."""

    entry: Entry
    profile: Profile
    first: int
    """Index of its first item inside the message."""
    items: list[Item]
    heard: Heard | None = None
    """Set while the payload waits for the sandbox."""


class Opened(NamedTuple):
    """A batch half-way: what the sandbox has to do before it can be validated."""

    batch: Batch
    work: list[Work]
    jobs: list[Job]
    """In the order of the works that wait for them."""


class Formats(NamedTuple):
    """The codecs by name, and where messages of other formats than ours come from."""

    native: Mapping[str, Codec]
    sources: Mapping[str, SourceCodec] = MappingProxyType({})
    payloads: Mapping[str, PayloadCodec] = MappingProxyType({})
    topics: Sources = Sources()
    scripts: Callable[[Sequence[Job]], Sequence[Outcome]] = lambda jobs: [DecodeError("no sandbox")] * len(jobs)
    """Runs the makers' JavaScript; blocks, so it is called in a thread."""


class Sieve:
    """What is needed to sift: the registry, the codecs and the limits. Made anew when the configuration changes."""

    def __init__(
        self,
        registry: Registry,
        formats: Formats,
        duplicates: Duplicates,
        frames: Frames,
        *,
        root: str = "vigiterre",
        max_age: int = 30 * 86_400_000,
        max_payload: int = 262_144,
        limits: RateLimits | None = None,
    ) -> None:
        self.registry = registry
        self.formats = formats
        self.duplicates = duplicates
        self.frames = frames
        self.limits = limits
        self.root = root.split("/")
        self.max_age = max_age
        self.max_payload = max_payload
        self._profiles: dict[str, Profile] = {}
        self._plain = PlainWay(max_age, max_payload)
        for profile in registry.profiles.values():
            if formats.native.get(profile.model.codec) is decode_native:
                self._plain.learn(f"{root}/{profile.domain}/{profile.device.id}/up", profile)

    def sift(self, entries: Iterable[Entry]) -> Batch:
        """Both halves at once, the sandbox between them."""
        opened = self.open(entries)
        return self.close(opened, self.formats.scripts(opened.jobs) if opened.jobs else [])

    def open(self, entries: Iterable[Entry]) -> Opened:
        """Route and decode; what needs JavaScript becomes a job, and what needs none is validated at once."""
        opened = Opened(Batch(), [], [])
        for entry in self._plain.take(entries, self.duplicates, opened.batch):
            self._open(entry, opened)
        return opened

    def _open(self, entry: Entry, opened: Opened) -> None:
        message, batch = entry.message, opened.batch
        batch.replayed += message.replayed
        profile = None if message.broker else self._profiles.get(message.topic)
        if profile is None and (profile := self._route(entry, opened)) is None:
            return
        work = Work(entry, profile, 0, self._decode(entry, profile, batch))
        if opened.work:  # what waits may be of the same device, and comes first
            opened.work.append(work)
        else:
            self._judge(work, work.items, batch)

    def close(self, opened: Opened, outcomes: Sequence[Outcome]) -> Batch:
        """Validate. `outcomes` are those of `opened.jobs`, in their order."""
        outcome, batch = iter(outcomes), opened.batch
        for work in opened.work:
            found = work.items if work.heard is None else self._outcome(work.heard, next(outcome), batch)
            self._judge(work, found, batch)
        if self.limits is not None:
            self.limits.judge(batch)
        return batch

    def _judge(self, work: Work, found: Iterable[Item], batch: Batch) -> None:
        """Each item by itself: a mistake of ours in one must not come again with each start."""
        entry, profile = work.entry, work.profile
        for index, item in enumerate(found, work.first):
            try:
                self._validate(entry, index, item, profile, batch)
            except Exception as error:  # noqa: BLE001  -- see above
                refusal = _refusal(error, profile.model.codec, profile.device.id)
                batch.refused.append(Refused(entry, index, refusal))

    def remember(self, entries: Iterable[Entry]) -> None:
        """Know these messages, stored before a restart, when they come again."""
        opened = self.open(entries)
        if self.limits is not None:
            self.limits.judge(opened.batch)
        for work in opened.work:  # the others are known by having been opened
            message = work.entry.message
            for index, item in enumerate(work.items, work.first):
                with suppress(Exception):  # it was refused then, with the trace
                    _, refusal = validate(item, work.profile, message.received + index, self.max_age)
                    self._came_before(message, index, item, refusal)

    def remember_refused(self, refused: Iterable[tuple[str, bytes, int]]) -> None:
        """Know these (device, payload, item), which are in quarantine, when they come again."""
        for device, payload, item in refused:
            self.duplicates.refused(device, payload, item)

    def devices_of(self, message: Message) -> set[str]:
        """The ids of the devices a message is from, as far as can be told."""
        found = route(message.topic, self.root, self.registry) if not message.broker else None
        if isinstance(found, Profile):
            return {found.device.id}
        matched = self.formats.topics.match(message.topic, message.broker)
        if matched is None:
            return set()
        source, levels = matched
        try:
            heard = self.formats.sources[source.codec](message._replace(replayed=True), levels)
        except DecodeError:
            heard = []
        return {profile.device.id for one in heard if (profile := self._device(source, levels, one.address))}

    def _route(self, entry: Entry, opened: Opened) -> Profile | None:
        """The device a native topic belongs to; else the message is read as its source says, refused or ignored."""
        message = entry.message
        matched = self.formats.topics.match(message.topic, message.broker)
        if matched is not None:
            self._hear(entry, *matched, opened)
            return None
        found: Profile | Refusal | None
        if message.broker:
            found = Refusal(Reason.WRONG_TOPIC, f"no source in sources.toml reads this topic of {message.broker}")
        else:
            found = route(message.topic, self.root, self.registry)
        if isinstance(found, Profile):
            self._profiles[message.topic] = found
            return found
        if found is None:
            opened.batch.ignored += 1
        else:
            opened.batch.refused.append(Refused(entry, WHOLE_MESSAGE, found))
        return None

    def _decode(self, entry: Entry, profile: Profile, batch: Batch) -> list[Item]:
        message, device = entry.message, profile.device.id
        native = self.formats.native
        codec = native.get(profile.model.codec) or native["native"]
        try:
            self._check_size(message)
            return codec(message, device)
        except Exception as error:  # noqa: BLE001  -- a bug in one codec must not stop the others
            batch.refused.append(Refused(entry, WHOLE_MESSAGE, _refusal(error, profile.model.codec, device)))
        return []

    def _check_size(self, message: Message) -> None:
        if len(message.payload) > self.max_payload:
            raise TooLarge(len(message.payload), self.max_payload)

    def _hear(self, entry: Entry, source: Source, levels: Mapping[str, str], opened: Opened) -> None:
        """Read a message of a network server or a gateway: uplinks of devices, and events."""
        message, batch = entry.message, opened.batch
        try:
            self._check_size(message)
            heard = self.formats.sources[source.codec](message, levels)
        except Exception as error:  # noqa: BLE001  -- as above
            device = levels.get(source.device, "")[:ADDRESS_CHARACTERS]
            batch.refused.append(Refused(entry, WHOLE_MESSAGE, _refusal(error, source.codec, device)))
            return
        batch.ignored += not heard
        for number, one in enumerate(heard):
            if isinstance(one, Event):
                batch.events.append(one.kind)
                continue
            address = self._address(source, levels, one.address)
            profile = self._device(source, levels, one.address)
            if profile is None:
                detail = f"{address!r} is neither id, eui nor alias of a row of devices.csv (source {source.id})"
                refusal = Refusal(Reason.UNKNOWN_DEVICE, detail, address)
                batch.refused.append(Refused(entry, number * ITEMS_APART if len(heard) > 1 else WHOLE_MESSAGE, refusal))
                continue
            self._uplink(entry, number * ITEMS_APART, one, profile, opened)

    def _uplink(self, entry: Entry, index: int, uplink: Uplink, profile: Profile, opened: Opened) -> None:
        """One uplink of a known device: known already, read at once, or left to the sandbox."""
        message, batch = entry.message, opened.batch
        if uplink.time is None and message.retained:
            batch.ignored += 1
            return
        time = message.received if uplink.time is None else uplink.time
        first = self.frames.first(profile.device.id, uplink, time, message.received)
        if first is not None and not message.replayed:
            batch.duplicates += 1
            return
        heard = Heard(uplink, profile, time if first is None else first.time)
        try:
            decoded = decode(uplink, profile, self.formats.payloads, message.received)
        except Exception as error:  # noqa: BLE001  -- as above
            refusal = _refusal(error, profile.model.codec, profile.device.id)
            opened.work.append(Work(entry, profile, index, [undecodable(heard, refusal.detail)]))
            return
        if isinstance(decoded, Job):
            opened.jobs.append(decoded)
            opened.work.append(Work(entry, profile, index, [], heard))
            return
        found = items(heard, decoded)
        batch.ignored += not found
        opened.work.append(Work(entry, profile, index, found))

    def _outcome(self, heard: Heard, outcome: Outcome, batch: Batch) -> list[Item]:
        if isinstance(outcome, DecodeError):
            return [undecodable(heard, str(outcome))]
        found = items(heard, outcome)
        batch.ignored += not found
        return found

    def _address(self, source: Source, levels: Mapping[str, str], said: str) -> str:
        return (said if source.device == PAYLOAD else levels[source.device])[:ADDRESS_CHARACTERS]

    def _device(self, source: Source, levels: Mapping[str, str], said: str) -> Profile | None:
        """By the whole name, or by the EUI it may be, however it is written."""
        name = self._address(source, levels, said)
        device = self.registry.addresses.get(name) or self.registry.addresses.get(eui(name) or "")
        return self.registry.profiles[device] if device else None

    def _came_before(self, message: Message, index: int, item: Item, refusal: Refusal | None) -> bool:
        """Whether this very reading was stored, or refused, before; it is from now on. A replay is asked for anew."""
        if message.replayed or (item.time is None and item.seq is None):
            return False
        if refusal is None:
            return self.duplicates.seen(item)
        return self.duplicates.refused(item.device, message.payload, index)

    def _validate(self, entry: Entry, index: int, item: Item, profile: Profile, batch: Batch) -> None:
        message = entry.message
        dated = item.time is not None
        if message.retained and not dated and item.refusal is None:
            batch.ignored += 1
            return
        reading, refusal = validate(item, profile, message.received + index, self.max_age)
        if self._came_before(message, index, item, refusal):
            batch.duplicates += 1
            return
        if refusal is not None:
            batch.refused.append(Refused(entry, index, refusal))
            batch.partial += reading is not None
        if reading is not None:
            batch.readings.append(reading)
            batch.origins.append((entry, index))


class TooLarge(Exception):  # noqa: N818  -- becomes a refusal at once
    """Its arguments are the bytes there are and the bytes accepted."""


def _refusal(error: Exception, codec: str, device: str) -> Refusal:
    """Why a message cannot be read. A codec's own mistake is kept with its trace, and the stream goes on."""
    if isinstance(error, TooLarge):
        return Refusal(Reason.TOO_LARGE, "{} bytes, {} are accepted".format(*error.args), device)
    if isinstance(error, DecodeError):
        return Refusal(Reason.UNDECODABLE, str(error), device)
    trace = "".join(traceback.format_exception(error))[-TRACEBACK_CHARACTERS:]
    return Refusal(Reason.UNDECODABLE, f"codec {codec} failed:\n{trace}", device)


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
