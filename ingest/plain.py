"""The fast way of a good message in the native format; all others, and whatever is odd, go the careful way (`sift`).

Both must judge alike (tests/ingest/test_plain.py): this way only leaves out what the careful one does for nothing when
one object with known quantities, inside their limits, comes from a device that neither moved nor converts. Pydantic
looks at the limits too, by a schema for each model; why, and what it saves: docs/adr/0053.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from pydantic_core import SchemaValidator, core_schema

from devices.reading import Reading, Series
from devices.registry import Profile
from ingest.batch import Batch, Origin
from ingest.codecs.native import BATTERY, parse_time
from ingest.duplicates import Duplicates, Identity
from ingest.journal import Entry
from ingest.validate import AHEAD_MS

new_reading = partial(tuple.__new__, Reading)  # half of the time of Reading(...)
SECONDS_BELOW, MS_BELOW = 1e11, 1e15


class Plain(NamedTuple):
    """What is known of a topic whose messages may go this way."""

    device: str
    series: Series
    read: Callable[[bytes], Any]
    """The schema's `validate_json`."""


class PlainWay:
    """Knows such topics, and takes their good messages."""

    def __init__(self, max_age: int, max_payload: int) -> None:
        self._max_age = max_age
        self._max_payload = max_payload
        self._topics: dict[str, Plain] = {}
        self._schemas: dict[int, SchemaValidator] = {}
        """By the identity of the fields, which the devices of a model share."""

    def learn(self, topic: str, profile: Profile) -> None:
        """The topic of a device that sends the native format."""
        series = profile.settled
        if series is None:
            return
        schema = self._schemas.get(id(profile.fields))
        if schema is None:
            schema = self._schemas[id(profile.fields)] = schema_of(profile)
        self._topics[topic] = Plain(profile.device.id, series, schema.validate_json)

    def take(self, entries: Iterable[Entry], duplicates: Duplicates, batch: Batch) -> Iterator[Entry]:
        """Put the good messages into the batch; give each other one, when all before it are in.

        One loop without calls of ours: those would cost a fifth of it.
        """
        topics, longest, oldest, found = self._topics, self._max_payload, self._max_age, Found()
        identify, add, originate = found.identities.append, found.readings.append, found.origins.append
        for entry in entries:
            topic, payload, received, retained, replayed, broker = entry.message
            plain = topics.get(topic)
            if plain is not None and not (retained or replayed or broker or len(payload) > longest):
                device, series, read = plain
                try:
                    envelope = read(payload)
                    sent = envelope.get("time")
                    if sent.__class__ is int:
                        time = sent * 1000 if sent < SECONDS_BELOW else sent
                    else:
                        time = received if sent is None else time_of(sent)
                except ValueError:  # pydantic's is one too
                    time = -1
                if received - oldest <= time <= received + AHEAD_MS and (values := envelope["values"]):
                    if "battery" in envelope:
                        values[BATTERY] = envelope["battery"]
                    seq = envelope.get("seq")
                    # What has neither time nor number is told by its place in the journal: it repeats nothing.
                    place = entry.seq if sent is None and seq is None else None
                    identify((device, None if sent is None else time, seq, place, values))
                    add(new_reading((series, time, values)))
                    originate((entry, 0))
                    continue
            found.settle(duplicates, batch)
            yield entry
        found.settle(duplicates, batch)


class Found:
    """Good messages that are not yet looked for among those that came before."""

    __slots__ = ("identities", "origins", "readings")

    def __init__(self) -> None:
        self.identities: list[Identity] = []
        self.readings: list[Reading] = []
        self.origins: list[Origin] = []
        """The three beside each other."""

    def settle(self, duplicates: Duplicates, batch: Batch) -> None:
        """Those that are new go into the batch."""
        if not self.readings:
            return
        repeated = duplicates.among(self.identities)
        if repeated:
            batch.duplicates += len(repeated)
            new = [index for index in range(len(self.readings)) if index not in repeated]
            batch.readings += [self.readings[index] for index in new]
            batch.origins += [self.origins[index] for index in new]
        else:
            batch.readings += self.readings
            batch.origins += self.origins
        for part in (self.identities, self.readings, self.origins):
            part.clear()


def time_of(sent: str | float) -> int:
    """As `parse_time`, but for numbers that are no date of these millennia: -1."""
    if sent.__class__ is str:
        return parse_time(sent)
    if 0 <= sent < SECONDS_BELOW:  # type: ignore[operator]
        return round(sent * 1000)  # type: ignore[arg-type]
    return round(sent) if sent < MS_BELOW else -1  # type: ignore[arg-type,operator]


def schema_of(profile: Profile) -> SchemaValidator:
    """The native envelope of a model with the quantities and limits of its fields, those that need no conversion.

    Of a payload that it takes, nothing remains to be looked at but its time; one that it refuses is not judged.
    """
    schema = core_schema
    limits = {
        name: schema.float_schema(ge=rule.minimum, le=rule.maximum, allow_inf_nan=False, strict=True)
        for name, rule in profile.fields.items()
        if rule.quantity == name and not rule.converts
    }
    values = {name: schema.typed_dict_field(number, required=False) for name, number in limits.items()}
    time = schema.union_schema(
        [schema.int_schema(strict=True), schema.str_schema(strict=True), schema.float_schema(strict=True)],
        mode="left_to_right",
    )
    envelope: dict[str, Any] = {
        "values": schema.typed_dict_field(schema.typed_dict_schema(values, extra_behavior="forbid", strict=True)),
        "time": schema.typed_dict_field(time, required=False),
        "seq": schema.typed_dict_field(schema.int_schema(strict=True), required=False),
        "battery": schema.typed_dict_field(limits.get(BATTERY, schema.none_schema()), required=False),
    }
    return SchemaValidator(schema.typed_dict_schema(envelope, strict=True))
