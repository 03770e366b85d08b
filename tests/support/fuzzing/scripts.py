"""Makers' JavaScript in its sandbox, with bytes that no device of theirs ever sent."""

from collections import Counter
from pathlib import Path
from random import Random

from devices.errors import DecodeError
from devices.load import load_registry
from devices.problems import LANGUAGES
from fuzzing.mutate import noise, spoiled
from fuzzing.parcel import pack, unpack
from fuzzing.seeds import CONFIG
from fuzzing.target import NOW, Tally, Unexplained
from ingest.codecs.job import Job
from ingest.codecs.uplink import Uplink
from ingest.decoding import Heard, items
from ingest.examples import example_profile
from ingest.sandbox import Sandbox
from ingest.validate import validate
from stores.storable import fault

YEAR_MS = 366 * 86_400_000


class Scripts:
    """Law: a script's answer is measurements, of which those in range can be stored, or words in two languages."""

    def __init__(self, _folder: Path) -> None:
        registry = load_registry(CONFIG)
        scripted = [one for one in registry.models.values() if one.codec.endswith(".js")]
        self._profiles = {one.id: example_profile(one, registry) for one in scripted}
        self._seeds = [
            (one.id, example.port or 1, example.payload)
            for one in scripted
            for example in one.examples
            if not example.format
        ]
        texts = {one.codec: (CONFIG / "codecs" / one.codec).read_text() for one in scripted}
        self._sandbox = Sandbox(texts, clock=iter(range(0, 10**12, 3_600)).__next__)  # no rest: each input is tried

    def draw(self, chance: Random) -> bytes:
        model, port, payload = chance.choice(self._seeds)
        payload = noise(chance, 60) if chance.random() < 0.1 else spoiled(payload, chance, [self._seeds[0][2]])
        port = port if chance.random() < 0.9 else chance.randrange(256)
        return pack([(f"{model} {port}", payload[:512])])

    def run(self, data: bytes) -> Tally:
        tally = Tally()
        for name, payload in unpack(data):
            model, _, port = name.partition(" ")
            if model in self._profiles:
                tally.add(self._judged(model, int(port) if port.isdecimal() and len(port) < 4 else 1, payload))
        return tally

    def _judged(self, model: str, port: int, payload: bytes) -> Tally:
        profile = self._profiles[model]
        (outcome,) = self._sandbox.decode([Job(profile.model.codec, payload, port, NOW, {})])
        if isinstance(outcome, DecodeError):
            if not all(outcome.text(language).strip() for language in LANGUAGES):
                raise Unexplained(f"{model} fails without a word")
            return Tally(0, Counter({"undecodable": 1}))
        tally = Tally()
        for item in items(Heard(Uplink("x", NOW, port, 1, payload), profile, NOW), outcome):
            reading, refusal = validate(item, profile, NOW, YEAR_MS)
            tally.readings += reading is not None
            if reading is not None:
                assert not fault(reading), fault(reading)
            if refusal is not None:
                tally.refusals[str(refusal.reason)] += 1
                assert refusal.detail
        return tally

    def close(self) -> None:
        self._sandbox.close()
