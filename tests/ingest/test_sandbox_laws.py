"""Laws: any object comes out as it is, and Buffer agrees with Python on every byte."""

import base64
import json
import math
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from codecs_run import data, job, run
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sandbox import Sandbox


@pytest.fixture(scope="module")
def lawful() -> Iterator[Sandbox]:
    sources = {
        "json.js": "function Decode(p, b, v) { return JSON.parse(v.text); }",
        "text.js": "function Decode(p, b, v) { return {is: Buffer.from(b).toString(v.form)}; }",
        "bytes.js": "function Decode(p, b, v) { return {is: Array.from(Buffer.from(v.text, v.form))}; }",
        "number.js": "function Decode(p, b, v) { return {is: require('buffer').Buffer.from(b)['read' + v.form](1)}; }",
        "sized.js": "function Decode(p, b, v) { return {is: Buffer.from(b)['read' + v.form](1, Number(v.size))}; }",
        "decoder.js": "function Decode(p, b) { return {is: new TextDecoder().decode(new Uint8Array(b))}; }",
        "encoder.js": "function Decode(p, b, v) { return {is: Array.from(new TextEncoder().encode(v.text))}; }",
        "native.js": "function Decode(p, b, v) { return {is: btoa(atob(v.text))}; }",
    }
    with Sandbox(sources) as sandbox:
        yield sandbox


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SAFE = (
    st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none() | TEXT
)
TREES = st.dictionaries(
    TEXT,
    st.recursive(SAFE, lambda one: st.lists(one, max_size=4) | st.dictionaries(TEXT, one, max_size=4), max_leaves=8),
)
FORMATS = {"UInt8": "B", "Int8": "b"} | {
    f"{name}{end}": f"{order}{code}"
    for end, order in (("BE", ">"), ("LE", "<"))
    for name, code in (
        ("UInt16", "H"),
        ("Int16", "h"),
        ("UInt32", "I"),
        ("Int32", "i"),
        ("Float", "f"),
        ("Double", "d"),
    )
}


@settings(deadline=None, max_examples=200)
@given(tree=TREES)
def test_every_json_object_comes_out_as_it_is(lawful: Sandbox, tree: dict[str, Any]) -> None:
    (outcome,) = lawful.decode([job("json.js", text=json.dumps(tree))])
    assert data(outcome) == tree


@settings(deadline=None, max_examples=200)
@given(payload=st.binary(max_size=40))
def test_buffer_makes_the_same_texts_of_bytes_as_python(lawful: Sandbox, payload: bytes) -> None:
    found = {name: data(lawful.decode([job("text.js", payload, form=name)])[0])["is"] for name in TEXTS}
    assert found == {name: text(payload) for name, text in TEXTS.items()}


TEXTS: dict[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "base64": lambda payload: base64.b64encode(payload).decode(),
    "base64url": lambda payload: base64.urlsafe_b64encode(payload).decode().rstrip("="),
    "utf8": lambda payload: payload.decode(errors="replace"),
    "latin1": lambda payload: payload.decode("latin1"),
}


@settings(deadline=None)
@given(payload=st.binary(max_size=40))
def test_buffer_makes_the_same_bytes_of_texts_as_python(lawful: Sandbox, payload: bytes) -> None:
    for name in ("hex", "base64", "base64url", "latin1"):
        (outcome,) = lawful.decode([job("bytes.js", text=TEXTS[name](payload), form=name)])
        assert bytes(data(outcome)["is"]) == payload


@settings(deadline=None)
@given(text=TEXT)
def test_letters_become_utf_8_and_letters_again(lawful: Sandbox, text: str) -> None:
    utf8 = list(text.encode())
    (encoded,) = lawful.decode([job("encoder.js", text=text)])
    (bytes_,) = lawful.decode([job("bytes.js", text=text, form="utf8")])
    (decoded,) = lawful.decode([job("decoder.js", text.encode())])
    assert data(encoded)["is"] == data(bytes_)["is"] == utf8
    assert data(decoded)["is"] == text.removeprefix("\ufeff")


@settings(deadline=None)
@given(payload=st.binary(min_size=9, max_size=9), name=st.sampled_from(sorted(FORMATS)))
def test_buffer_reads_numbers_as_struct_does(lawful: Sandbox, payload: bytes, name: str) -> None:
    (outcome,) = lawful.decode([job("number.js", payload, form=name)])
    (expected,) = struct.unpack_from(FORMATS[name], payload, 1)
    assert data(outcome) == ({"is": expected} if math.isfinite(expected) else {})


@settings(deadline=None)
@given(payload=st.binary(min_size=7, max_size=7), size=st.integers(1, 6), signed=st.booleans(), little=st.booleans())
def test_buffer_reads_numbers_of_any_size(
    lawful: Sandbox, payload: bytes, size: int, signed: bool, little: bool
) -> None:
    name = f"{'Int' if signed else 'UInt'}{'LE' if little else 'BE'}"
    (outcome,) = lawful.decode([job("sized.js", payload, size=str(size), form=name)])
    expected = int.from_bytes(payload[1 : 1 + size], "little" if little else "big", signed=signed)
    assert data(outcome) == {"is": expected}


def test_buffer_has_the_rest_that_codecs_use(lawful: Sandbox) -> None:
    source = """function Decoder(b) {
        const {Buffer: Same} = require('buffer');
        const all = Buffer.from(b), part = all.slice(1, 3), joined = Buffer.concat([part, Buffer.from([9])]);
        const writes = Buffer.alloc(8); writes.writeInt16LE(-2, 0); writes.writeUint8(7, 2); writes.write('hi', 3);
        part[0] = 77;
        let outside; try { all.readUInt16BE(3); } catch (error) { outside = error instanceof RangeError; }
        let other; try { require('fs'); } catch (error) { other = error.message; }
        return {same: Same === Buffer, part: part.length, shared: all[1], joined: joined.toString('hex'),
            writes: writes.toString('hex'), is: Buffer.isBuffer(part),
            equals: Buffer.from('ab').equals(Buffer.from('ab')),
            compare: Buffer.compare(Buffer.from([1]), Buffer.from([2])),
            big: all.readBigUInt64BE === undefined,
            length: Buffer.byteLength('é'), json: JSON.stringify(part), outside, other,
            copy: Buffer.from([1, 2]).copy(writes, 7), again: Buffer.from(JSON.parse(JSON.stringify(all))).length};
    }"""
    assert data(run(source, job(payload=bytes([1, 2, 3, 4])))) == {
        "same": True,
        "part": 2,
        "shared": 77,
        "joined": "020309",
        "writes": "feff076869000000",
        "is": True,
        "equals": True,
        "compare": -1,
        "big": False,
        "length": 2,
        "json": '{"type":"Buffer","data":[77,3]}',
        "outside": True,
        "other": "module fs is not available to a codec; only buffer is",
        "copy": 1,
        "again": 4,
    }
