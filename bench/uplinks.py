"""`make bench-codecs`: microseconds per uplink, codec by codec. CPU time; JavaScript's is wall time, of one worker.

JavaScript is measured on the examples of the shipped models, everything else on the messages of tests/data. The best of
three runs counts; the machine's other work disturbs the rest.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from devices.errors import DecodeError
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
ENVELOPES, FORMATS = ROOT / "tests/data/envelopes", ROOT / "tests/data/formats"


def best(clock: Callable[[], float], work: Callable[[], object], times: int) -> float:
    """Microseconds of one call, the best of three runs of `times` calls."""
    found = []
    for _ in range(RUNS):
        began = clock()
        for _ in range(times):
            work()
        found.append((clock() - began) / times * 1e6)
    return min(found)


def payload_codecs() -> Iterator[tuple[str, float]]:
    """Each example of tests/data/formats that is a payload: LPP frames, SenML packs."""
    frames = [bytes.fromhex(one["hex"]) for one in read_json("cayenne_lpp.json")]
    packs = [json.dumps(one["pack"]).encode() for one in read_json("senml.json") if "pack" in one]
    for name, payloads in {"cayenne_lpp": frames, "senml": packs}.items():
        work = partial(decode_all, PAYLOADS[name], payloads)
        yield name, best(time.process_time, work, 200) / len(payloads)


def read_json(name: str) -> Any:
    return json.loads((FORMATS / name).read_text())


def decode_all(decode: PayloadCodec, payloads: list[bytes]) -> None:
    for payload in payloads:
        with suppress(DecodeError):
            decode(payload, None)


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
        heard = [*envelopes(name), *gateway_lines(name)]
        if heard:
            yield name, best(time.process_time, partial(hear_all, codec, heard), 200) / len(heard)


def envelopes(codec: str) -> Iterator[tuple[Message, dict[str, str]]]:
    for path in sorted(ENVELOPES.glob(f"{codec}_*.json")):
        yield Message(codec, path.read_bytes(), 0), {"event": "up"}


def gateway_lines(codec: str) -> Iterator[tuple[Message, dict[str, str]]]:
    path = FORMATS / f"{codec}.ndjson"
    for line in path.read_text().splitlines() if path.exists() else []:
        one = json.loads(line)
        first, *rest = one["topic"].split("/")
        device = "/".join(rest) if codec == "zigbee2mqtt" else (first if codec == "shelly" else rest[0])
        levels = {"device": device, "kind": rest[-1], "path": "/".join(rest)}
        yield Message(one["topic"], json.dumps(one["payload"]).encode(), 0), levels


def hear_all(codec: SourceCodec, heard: list[tuple[Message, dict[str, str]]]) -> None:
    for message, levels in heard:
        with suppress(DecodeError):
            codec(message, levels)


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
        "payloads, CPU": payload_codecs(),
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
