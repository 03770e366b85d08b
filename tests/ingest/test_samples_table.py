"""Every reference sample, by format: what is read, what only the server reads, what nobody does. `pytest -s` prints it.

That the values are right is for the tests of each format; here no file may be forgotten.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from samples import samples

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs import cayenne_lpp, senml, source_codecs
from ingest.codecs.job import Job
from ingest.codecs.uplink import Event, SourceCodec, Uplink
from ingest.device_profiles import DeviceProfile, read_vectors
from ingest.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
SCRIPTS = {path.name: path.read_text() for path in (ROOT / "config/codecs").glob("*.js")}
FOLDERS = {"milesight-gateway-http": "milesight-gateway"}
CODECS = {
    "decentlab_dl-itst": "decentlab_dl_itst.js",
    "decentlab_dl-mbx": "decentlab_dl_mbx.js",
    "decentlab_dl-pr26": "decentlab_dl_pr26_1bar.js",
    "elsys": "elsys.js",
    "innotas": "innotas_water.js",
    "milesight": "milesight.js",
    "nwave": "nwave_g4.js",
    "tektelic": "tektelic_comfort.js",
    "yobiiq_em2101": "yobiiq.js",
    "browan/test_decode_merryiot": "browan.js",
    "browan/test_decode_tabs": "browan.js",
    "dragino/test_decode_ldds75": "dragino_ldds75.js",
    "dragino/test_decode_lds02": "dragino_door_leak.js",
    "dragino/test_decode_lwl02": "dragino_door_leak.js",
    "dragino/test_decode_lht65n": "dragino_lht65n.js",
    "dragino/test_decode_lt-22222-l": "dragino_lt22222l.js",
    "yobiiq/test_decode_em": "yobiiq.js",
    "yobiiq/test_decode_sd1001": "yobiiq.js",
}
"""How the name of a sample begins -> our codec of that device."""


class Row(NamedTuple):
    format: str
    sample: str
    result: str
    """One of RESULTS."""
    detail: str = ""


READ, EVENT, SERVER, REFUSED, NO_CODEC, FAILED = "payload", "event", "by server", "refused", "no codec", "FAILED"
RESULTS = (READ, EVENT, SERVER, REFUSED, NO_CODEC, FAILED)
HEADINGS = {READ: "decoded by us", EVENT: "events", SERVER: "by the server", REFUSED: "invalid, refused"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SCRIPTS) as one:
        yield one


def codec_of(name: str) -> str:
    return next((codec for begin, codec in CODECS.items() if name.startswith(begin)), "")


def network_servers(folder: Path, sandbox: Sandbox) -> Iterator[Row]:
    codecs = source_codecs()
    for path in sorted(folder.glob("*/*")):
        if ".expected" in path.name or "fragment" in path.name:
            continue  # a fragment is no message: it shows one field of one
        server = FOLDERS.get(path.parent.name, path.parent.name)
        try:
            heard = codecs[server](Message(path.name, path.read_bytes(), 0), {})
        except DecodeError as error:
            yield Row(server, path.name, REFUSED if "INVALID" in path.name else FAILED, str(error))
            continue
        yield from (of_heard(server, path.name, one, sandbox) for one in heard)


def of_heard(server: str, name: str, one: Uplink | Event, sandbox: Sandbox) -> Row:
    if isinstance(one, Event):
        return Row(server, name, EVENT, one.kind)
    assert len(one.address) == 16, name
    codec = codec_of(name)
    if codec and one.payload:
        return decoded(server, name, sandbox, Job(codec, one.payload, one.port or 1, 0, {}))
    if one.fields is not None:
        return Row(server, name, SERVER)
    return Row(server, name, EVENT if one.payload is None else NO_CODEC, "" if one.payload else "status")


def decoded(form: str, name: str, sandbox: Sandbox, job: Job) -> Row:
    (outcome,) = sandbox.decode([job])
    failed = isinstance(outcome, DecodeError)
    return Row(form, name, FAILED if failed else READ, str(outcome) if failed else "")


def device_profiles(folder: Path, sandbox: Sandbox) -> Iterator[Row]:
    for path in sorted(folder.glob("*/*.json")):
        name = f"{path.parent.name}/{path.stem}"
        stem = path.stem.removeprefix("test_decode_")
        profile = DeviceProfile(path.parent.name, stem, "", "", "", path.with_name(f"{stem}.js"))
        for vector in read_vectors(profile):
            codec = codec_of(name)
            if not codec:
                yield Row("device-profiles", f"{name} {vector.name}", NO_CODEC)
                continue
            row = decoded("device-profiles", name, sandbox, Job(codec, vector.payload, vector.port, 0, {}))
            invalid = vector.fails or vector.port == 0 or "error" in vector.data  # 0 is not for applications
            yield row._replace(result=REFUSED) if invalid and row.result == FAILED else row


def payload_formats(folder: Path) -> Iterator[Row]:
    for vector in json.loads((folder / "cayenne-lpp/vectors.json").read_text()):
        yield attempt("cayenne-lpp", str(vector.get("name")), partial(cayenne_lpp.decode, hexed(vector), None))
    for path in sorted((folder / "senml").glob("*.json")):
        document = json.loads(path.read_text())
        payload = bytes.fromhex(document.get("cbor_hex", "")) or json.dumps(document["pack"]).encode()
        yield attempt("senml", path.name, partial(senml.decode_message, Message("senml/x", payload, 0), {}))
    yield from gateways(folder)


def gateways(folder: Path) -> Iterator[Row]:
    """Sparkplug's births come before their data, so one memory hears them all in the order of a node's life."""
    codecs = source_codecs()
    for name in ("nbirth_01", "dbirth_01", "ddata_alias_only", "ndeath_01"):
        document = json.loads((folder / f"sparkplug-b/{name}.json").read_text())
        levels = dict(zip(("group", "type", "node"), document["topic"].split("/", 3)[1:], strict=True))
        message = Message(document["topic"], bytes.fromhex(document["payload_hex"]), 1_768_207_200_000)
        yield attempt("sparkplug-b", name, partial(codecs["sparkplug-b"], message, levels))
    for path in sorted((folder / "mqtt-devices").glob("*/*.ndjson")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            yield gateway_line(path, number, json.loads(line), codecs)
    path = next((folder / "mqtt-devices/sensor-community").glob("*.json"))
    document = json.loads(path.read_text())
    payload = json.dumps(document.get("payload", document)).encode()
    message = Message("sensor.community/esp8266-12331981", payload, 0)
    yield attempt("sensor-community", path.name, partial(codecs["sensor-community"], message, {"device": "esp8266-1"}))


def gateway_line(path: Path, number: int, line: dict[str, object], codecs: dict[str, SourceCodec]) -> Row:
    form = path.parent.name
    levels = str(line["topic"]).split("/")
    named = {"device": levels[1], "kind": levels[-1], "path": "/".join(levels[1:])}
    if form == "shelly":
        named = {"device": levels[0], "path": "/".join(levels[1:])}
    if form == "zigbee2mqtt":
        named = {"device": "/".join(levels[1:])}
    payload = line["payload"]
    body = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    message = Message(str(line["topic"]), body, 1_768_207_200_000)
    return attempt(form, f"{path.name}:{number}", partial(codecs[form], message, named))


def hexed(vector: dict[str, str]) -> bytes:
    return bytes.fromhex(vector["bytes_hex"].replace(" ", ""))


def attempt(form: str, name: str, work: Callable[[], Sequence[object]]) -> Row:
    try:
        heard = work()
    except DecodeError as error:
        return Row(form, name, REFUSED, str(error))
    return Row(form, name, EVENT if any(isinstance(one, Event) for one in heard) else READ)


def table(rows: list[Row]) -> str:
    count = Counter((row.format, row.result) for row in rows)
    lines = [f"{'format':20}" + "".join(f"{HEADINGS.get(result, result):>18}" for result in RESULTS)]
    lines += [
        f"{form:20}" + "".join(f"{count[form, result] or '':>18}" for result in RESULTS)
        for form in dict.fromkeys(row.format for row in rows)
    ]
    noted = [row for row in rows if row.result in (REFUSED, NO_CODEC, FAILED)]
    return "\n".join([*lines, *(f"  {row.result}: {row.format} {row.sample} {row.detail[:90]}" for row in noted)])


def test_every_sample_is_read_or_listed_with_why(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    folder = samples()
    rows = [*network_servers(folder / "network-servers", sandbox), *payload_formats(folder)]
    rows += device_profiles(folder / "chirpstack-device-profiles", sandbox)
    with capsys.disabled():
        sys.stdout.write(f"\n{table(rows)}\n")
    assert [row for row in rows if row.result == FAILED] == []
