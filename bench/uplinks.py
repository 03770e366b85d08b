"""`make bench-codecs`: microseconds per uplink, codec by codec. CPU time; JavaScript's is wall time, of one worker.

Payload codecs and JavaScript are measured on the examples of the shipped models, envelopes and gateway formats on the
messages of tests/data. The best of three runs counts; the machine's other work disturbs the rest.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from devices.model import Example
from devices.reading import Message
from ingest.codecs import PAYLOADS, source_codecs
from ingest.codecs.job import Job
from ingest.codecs.uplink import PayloadCodec, SourceCodec
from ingest.decoding import SCRIPT
from ingest.load import Territory, load_territory
from ingest.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
RUNS, JOBS = 3, 1_000
LEVELS = {"device": "device", "event": "up", "kind": "SENSOR", "path": "status/switch:0"}
MESSAGES = ROOT / "tests/data/envelopes", ROOT / "tests/data/formats"


def best(clock: Callable[[], float], work: Callable[[], object], times: int) -> float:
    """Microseconds of one call, the best of three runs of `times` calls."""
    found = []
    for _ in range(RUNS):
        began = clock()
        for _ in range(times):
            work()
        found.append((clock() - began) / times * 1e6)
    return min(found)


def payload_codecs(territory: Territory) -> Iterator[tuple[str, float]]:
    examples = by_codec(territory)
    for name, decode in PAYLOADS.items():
        if found := examples.get(name):
            yield name, best(time.process_time, partial(decode_all, decode, found), 200) / len(found)


def decode_all(decode: PayloadCodec, examples: list[Example]) -> None:
    for one in examples:
        decode(one.payload, one.port)


def scripts(territory: Territory) -> Iterator[tuple[str, float]]:
    with Sandbox(territory.scripts) as sandbox:
        for name, found in sorted(by_codec(territory).items()):
            if name.endswith(SCRIPT):
                jobs = [Job(name, one.payload, one.port or 1, 0, {}) for one in found]
                batch = (jobs * (JOBS // len(jobs) + 1))[:JOBS]
                sandbox.decode(batch[:10])
                yield name, best(time.perf_counter, partial(sandbox.decode, batch), 1) / JOBS


def sources() -> Iterator[tuple[str, float]]:
    """Messages of tests/data whose file's name begins with the codec's."""
    for name, codec in source_codecs().items():
        paths = [path for folder in MESSAGES for path in sorted(folder.glob(f"{name}_*.json"))]
        if paths:
            messages = [Message(name, path.read_bytes(), 0) for path in paths]
            yield name, best(time.process_time, partial(hear_all, codec, messages), 200) / len(messages)


def hear_all(codec: SourceCodec, messages: list[Message]) -> None:
    for one in messages:
        codec(one, LEVELS)


def by_codec(territory: Territory) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = defaultdict(list)
    for model in territory.registry.models.values():
        found[model.codec] += [one for one in model.examples if not one.format]
    return found


def main() -> None:
    territory = load_territory(ROOT / "config", "vigiterre")
    figures = {}
    parts = {
        "envelopes and formats, CPU": sources(),
        "payloads, CPU": payload_codecs(territory),
        "JavaScript, one worker, wall": scripts(territory),
    }
    for title, rows in parts.items():
        print(f"\n{title}: microseconds per uplink")
        for name, figure in rows:
            figures[name] = round(figure, 2)
            print(f"  {name:28} {figure:9.2f}")
    print(json.dumps({"us_per_uplink": figures}))


if __name__ == "__main__":
    main()
