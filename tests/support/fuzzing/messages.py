"""Messages through the real Sieve: our own devices', and those of every network server and gateway."""

import base64
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from dashboards.console.quarantine.rows import row_of
from dashboards.console.quarantine.texts import REMEDIES
from dashboards.console.sources import Refused as Shown
from dashboards.console.texts import REASONS
from devices.errors import DecodeError
from devices.problems import LANGUAGES
from devices.reading import Message
from devices.registry import Profile
from fuzzing.mutate import noise, spoiled, spoiled_json
from fuzzing.parcel import pack, unpack
from fuzzing.seeds import ALL_SEEN, PROBED, SEEN, heard_seeds, known, sparkplug, topics
from fuzzing.target import NOW, Tally, Unexplained
from ingest.batch import Batch, Refused
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.codecs.uplink import Uplink
from ingest.decoding import Heard as Spoken
from ingest.decoding import items
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.quarantine import Quarantine, Row
from ingest.receive_clock import ReceiveClock
from ingest.sift import Formats, Sieve
from ingest.validate import AHEAD_MS
from stores.line_protocol import encode
from stores.storable import fault

ITEMS = 1_000_000
"""Far above the number of an item in a message, ms: its receive time is that of the message and its number."""
MANY = 3_000
KEPT = ("data", "frm_payload", "payload", "payload_hex", "value", "bytes")
"""Where envelopes have the payload of the device."""
TOLD = ("up", "join", "status", "ack", "error", "log", "location", "down/ack", "uplink", "x")


class Sifted:
    """Law: a message becomes readings a store can hold, refusals with a reason and words, or is counted as neither.

    A codec that raises anything but DecodeError is at fault, though the Sieve would go on.
    """

    max_age = 30 * 86_400_000
    """ms; the examples of the network servers are older."""

    def __init__(self, folder: Path) -> None:
        self.registry = known()
        folder.mkdir(parents=True, exist_ok=True)
        self._quarantine = Quarantine(folder / "quarantine.sqlite", self.max_age, 1 << 40)
        self._kept = 0

    def run(self, data: bytes) -> Tally:
        sieve = Sieve(
            self.registry,
            Formats(CODECS, source_codecs(), PAYLOADS, topics()),
            Duplicates(),
            Frames(),
            max_age=self.max_age,
            max_payload=65_536,
        )
        clock, tally = ReceiveClock(), Tally()
        for seq, (name, payload) in enumerate(unpack(data), start=1):
            flags, _, topic = name.partition(" ")
            received = clock.stamp(topic, payload, NOW)
            entry = Entry(seq, Message(topic, payload, received, "r" in flags, "p" in flags))
            if seq % 4 == 1:
                sieve.devices_of(entry.message)
            batch = sieve.sift([entry])
            tally.add(self._judged(entry, batch))
        return tally

    def _judged(self, entry: Entry, batch: Batch) -> Tally:
        passed = batch.duplicates + batch.ignored + len(batch.events)
        if not (batch.readings or batch.refused or passed):
            raise Unexplained("a message vanished")
        assert len(batch.readings) == len(batch.origins)
        for reading in batch.readings:
            why = fault(reading)
            assert not why, why
            assert encode(reading)
            assert -self.max_age <= reading.time - entry.message.received <= AHEAD_MS + ITEMS, (
                "a time outside the policy"
            )
            for name, value in reading.values.items():
                quantity = self.registry.quantities[name]
                assert quantity.minimum <= value <= quantity.maximum, "a value outside its range"
        self._keep(entry, batch.refused)
        reasons = Counter(str(one.refusal.reason) for one in batch.refused)
        return Tally(len(batch.readings), reasons)

    def _keep(self, entry: Entry, refused: list[Refused]) -> None:
        for one in refused:
            explained(entry, one)
        rows = [Row(entry.seq + self._kept, one.item, one.entry.message, one.refusal) for one in refused]
        if rows:
            self._quarantine.add(rows)
            self._kept += 1
        if self._kept > MANY:
            self._quarantine.purge()
            self._kept = 0

    def close(self) -> None:
        self._quarantine.close()


def explained(entry: Entry, one: Refused) -> None:
    """Raises Unexplained for a refusal that a person could not understand, or that hides a mistake of ours."""
    reason, detail, device = one.refusal
    if not detail.strip():
        raise Unexplained(f"{reason} without a word")
    if detail.startswith("codec ") and " failed:\n" in detail:
        raise Unexplained(f"a codec's own mistake: {detail.strip().splitlines()[-1]}", detail)
    shown = Shown(1, entry.message.received, entry.message.topic, device, reason, detail, 1, "", b"")
    for language in LANGUAGES:
        row = row_of(shown, NOW, language)
        if not (row.reason and row.detail.strip() and REASONS[language][reason] and REMEDIES[language][reason]):
            raise Unexplained(f"{reason} has no words in {language}")
        "".join(row[2:7]).encode()  # pages are UTF-8


class Native(Sifted):
    """Our own devices."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        native = [one for one in self.registry.profiles.values() if one.model.codec == "native"]
        self._topics = [f"vigiterre/{one.domain}/{one.device.id}/up" for one in native]
        self._payloads = [ex.payload for one in native for ex in one.model.examples if not ex.format]
        self._payloads += [
            b'{"values":{"co2":612,"t":1.5},"time":"2026-11-25T09:14:00Z","seq":7,"battery":88}',
            b'[{"values":{"air_temperature":1},"time":1795641240},{"values":{"air_temperature":2},"time":1795641240000}]',
        ]
        self._by_topic = {
            topic: [ex.payload for ex in one.model.examples if not ex.format] or self._payloads
            for topic, one in zip(self._topics, native, strict=True)
        }

    def draw(self, chance: Random) -> bytes:
        return pack(self._message(chance) for _ in range(chance.choice((1, 1, 1, 2))))

    def _message(self, chance: Random) -> tuple[str, bytes]:
        topic = chance.choice(self._topics)
        payload = chance.choice(self._by_topic[topic] if chance.random() < 0.8 else self._payloads)
        kind = chance.random()
        if kind < 0.6:
            payload = spoiled_json(_dated(payload, chance), chance, self._payloads)
        elif kind < 0.9:
            payload = spoiled(payload, chance, self._payloads)
        elif kind < 0.95:
            payload = noise(chance)
        if chance.random() < 0.1:
            topic = spoiled(topic.encode(), chance).decode("utf-8", "replace")
        flags = chance.choice(("-", "-", "-", "r", "p", "rp"))
        return f"{flags} {topic}", payload


def _dated(payload: bytes, chance: Random) -> bytes:
    document = json.loads(payload)
    for one in document if isinstance(document, list) else [document]:
        if isinstance(one, dict) and ("time" in one or chance.random() < 0.5):
            one["time"] = chance.choice(
                (
                    NOW,
                    NOW / 1000,
                    NOW - 60_000,
                    NOW - Sifted.max_age - 1,
                    NOW + AHEAD_MS + 1,
                    "2026-11-25T09:14:00+01:00",
                )
            )
    return json.dumps(document).encode()


class Heard(Sifted):
    """Network servers and gateways: chirpstack, tts-v3, ..., sparkplug-b, all that sources.toml can name."""

    max_age = 3 * 365 * 86_400_000

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._births = sparkplug()
        self._seeds = [(*one, self._codec_of(*one)) for one in heard_seeds()[: -len(self._births)]]
        self._others = [one for _, one, _ in self._seeds]

    def _codec_of(self, topic: str, payload: bytes) -> str:
        """The codec of the device that this message is from."""
        sieve = Sieve(self.registry, Formats(CODECS, source_codecs(), PAYLOADS, topics()), Duplicates(), Frames())
        devices = sieve.devices_of(Message(topic, payload, NOW))
        return next((self.registry.profiles[one].model.codec for one in devices), "")

    def draw(self, chance: Random) -> bytes:
        if chance.random() < 0.1:
            return pack((f"- {topic}", payload) for topic, payload in self._node(chance))
        topic, payload, codec = chance.choice(self._seeds)
        return pack(
            [
                (
                    f"{chance.choice(('-', '-', 'r', 'p'))} {self._topic(topic, chance)}",
                    self._payload(payload, codec, chance),
                )
            ]
        )

    def _node(self, chance: Random) -> list[tuple[str, bytes]]:
        """A Sparkplug node and its device; one of their messages is broken, and one may be missing."""
        told = list(self._births)
        broken = chance.randrange(len(told))
        told[broken] = (told[broken][0], spoiled(told[broken][1], chance, [one for _, one in told]))
        if chance.random() < 0.3:
            told.pop(chance.randrange(len(told)))
        return told

    def _topic(self, topic: str, chance: Random) -> str:
        kind = chance.random()
        if kind < 0.1:
            return f"{topic.rpartition('/')[0]}/{chance.choice(TOLD)}"
        return spoiled(topic.encode(), chance).decode("utf-8", "replace") if kind < 0.2 else topic

    def _payload(self, payload: bytes, codec: str, chance: Random) -> bytes:
        kind = chance.random()
        if kind < 0.05:
            return noise(chance)
        if kind < 0.25 or payload[:1] not in b"[{":
            return spoiled(payload, chance, self._others)
        document = json.loads(payload)
        if chance.random() < 0.5:
            _exchange_payload(document, SEEN.get(codec, ALL_SEEN), chance)
        return spoiled_json(json.dumps(document).encode(), chance) if kind < 0.9 else json.dumps(document).encode()


def _exchange_payload(document: Any, seen: Sequence[bytes], chance: Random) -> None:
    """Other bytes of a device, in the envelope's own spelling."""
    inner = chance.choice(seen)
    inner = spoiled(inner, chance, ALL_SEEN) if chance.random() < 0.6 else inner
    spelled = chance.choice((inner.hex(), base64.b64encode(inner).decode()))
    for inside in _objects(document):
        for key in KEPT:
            if isinstance(inside.get(key), str):
                inside[key] = base64.b64encode(inner).decode() if _is_base64(inside[key]) else spelled


def _is_base64(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return True
    return False


def _objects(document: Any) -> list[dict[str, Any]]:
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    found = [document] if isinstance(document, dict) else []
    return [*found, *(one for value in inner for one in _objects(value))]


class Payloads:
    """Device codecs in Python, bytes alone. Law: numbers and texts a mapping can read, or DecodeError with words."""

    def __init__(self, _folder: Path) -> None:
        self._profiles = {one.model.codec: one for one in known().profiles.values() if one.model.id in PROBED}
        assert set(self._profiles) >= set(PAYLOADS)

    def draw(self, chance: Random) -> bytes:
        codec = chance.choice(sorted(PAYLOADS))
        payload = chance.choice(SEEN[codec] if chance.random() < 0.9 else ALL_SEEN)
        kind = chance.random()
        if kind < 0.1:
            payload = noise(chance, 60)
        elif kind < 0.7 and payload[:1] in b"[{":
            payload = spoiled_json(payload, chance)
        else:
            payload = spoiled(payload, chance, ALL_SEEN)
        return pack([(f"{codec} {chance.choice((1, 2, 85, 255))}", payload)])

    def run(self, data: bytes) -> Tally:
        tally = Tally()
        for name, payload in unpack(data):
            codec, _, port = name.partition(" ")
            if codec in PAYLOADS:
                tally.add(
                    decoded(
                        codec, int(port) if port.isdecimal() and len(port) < 4 else 1, payload, self._profiles[codec]
                    )
                )
        return tally

    def close(self) -> None:
        pass


def decoded(codec: str, port: int, payload: bytes, profile: Profile) -> Tally:
    try:
        found = PAYLOADS[codec](payload, port)
    except DecodeError as error:
        if not str(error).strip():
            raise Unexplained(f"{codec} refuses without a word") from error
        return Tally(0, Counter({"undecodable": 1}))
    read = items(Spoken(Uplink("x", NOW, port, 1, payload), profile, NOW), found)
    assert all(isinstance(value, float | int) for item in read for value in item.values.values())
    return Tally(len(read), Counter({"schema": sum(item.refusal is not None for item in read)}))
