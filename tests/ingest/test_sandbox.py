"""What a maker's codec may look like, what it sees, and what comes out of it."""

from collections.abc import Iterator

import pytest
from codecs_run import RECEIVED, data, job, run

from devices.errors import DecodeError
from ingest.codecs.uplink import Decoded
from ingest.sandbox import Answer, Sandbox, check_codec

SHAPES = {
    "TS013": "function decodeUplink(input) { return {data: {first: input.bytes[0], port: input.fPort}}; }",
    "TS013, no errors": "function decodeUplink(i) { return {data: {first: i.bytes[0], port: i.fPort}, errors: []}; }",
    "arrow in a const": "const decodeUplink = (i) => ({data: {first: i.bytes[0], port: i.fPort}});",
    "function in a let": "let decodeUplink = function (i) { return {data: {first: i.bytes[0], port: i.fPort}}; };",
    "ChirpStack 3": "function Decode(p, b, variables) { return {first: b[0], port: p}; }",
    "TTN 2": "function Decoder(b, p) { return {first: b[0], port: p}; }",
    "module.exports.decodeUplink": "module.exports.decodeUplink = (i) => ({data: {first: i.bytes[0], port: i.fPort}});",
    "module.exports = {}": "module.exports = {decodeUplink(i) { return {data: {first: i.bytes[0], port: i.fPort}}; }};",
    "exports.decodeUplink": "exports.decodeUplink = (i) => { return {data: {first: i.bytes[0], port: i.fPort}}; };",
    "module.exports = function": "module.exports = function(i) { return {data: {first: i.bytes[0], port: i.fPort}}; };",
    "all three, TS013 wins": "function Decoder() { return {first: -1}; } function Decode() { return {first: -2}; }"
    "function decodeUplink(i) { return {data: {first: i.bytes[0], port: i.fPort}}; }",
    "strict mode": "'use strict';\nfunction Decoder(b, p) { return {first: b[0], port: p}; }",
    "its own names for ours": "const Buffer = 1; let module = 2; var exports = 3; const console = 4;"
    "function Decoder(b, p) { return {first: b[0], port: p}; }",
    "byte order mark": "\ufefffunction Decoder(b, p) { return {first: b[0], port: p}; }",
    "Windows lines": "function Decoder(b, p) {\r\n  return {first: b[0], port: p};\r\n}\r\n",
}

ODD = {
    "return undefined;": "returned undefined",
    "return null;": "returned null",
    "return 5;": "returned number",
    "return NaN;": "returned number",
    "return 'text';": "returned string",
    "return 5n;": "returned bigint",
    "return Symbol('s');": "returned symbol",
    "return function () {};": "returned function",
    "return [1, 2];": "returned array",
    "return new Date(0);": "returned string",
    "return Promise.resolve({a: 1});": "returned Promise",
    "return {toJSON() { return 'x'; }};": "returned string",
    "return {toJSON() {}};": "returned undefined",
    "const o = {}; o.o = o; return o;": "circular reference",
    "return {get b() { throw new Error('got'); }};": "Error: got",
    "return new Proxy({}, {ownKeys() { throw new Error('trapped'); }});": "Error: trapped",
    "return {a: 'x'.repeat(300000)};": "at most 262144",
    "let o = {}; for (let i = 0; i < 40; i++) o = {o}; return o;": "nested more than 32 levels deep",
    "let o = {}; for (let i = 0; i < 900; i++) o = {o}; return o;": "nested more than 32 levels deep",
    "let o = {}; for (let i = 0; i < 100000; i++) o = {o}; return o;": "Maximum call stack size exceeded",
    "throw undefined;": "throw undefined",
    "throw 'words';": "throw words",
    "throw {code: 7};": 'throw {"code":7}',
    "throw Symbol('s');": "throw Symbol(s)",
    "throw {get message() { throw 1; }};": "throw a value that cannot be shown",
    "throw new Error('\\x1b[31mred\\u202e\\ud800\\nnext');": "Error: [31mred \ufffd next".replace("[", " [", 1),
    "throw new RangeError('x'.repeat(100000));": "RangeError: xxx",
}

GOOD = {
    "return {a: NaN, b: undefined, c: Infinity, d: 0, e: false, f: ''};": {"d": 0, "e": False, "f": ""},
    "return {a: [NaN, 1, undefined]};": {"a": [None, 1, None]},
    "return {a: 10n, b: 10n ** 400n};": {"a": 10},
    "return {a: () => 1, b: Symbol(), c: new Date(0)};": {"c": "1970-01-01T00:00:00.000Z"},
    "return {a: '\\ud800'};": {"a": "\ufffd"},
    "return {['\\udc00']: 1};": {"\ufffd": 1},
    "return {a: new Uint8Array([7])};": {"a": {"0": 7}},
    'JSON.stringify = () => \'{"data": {"x": 1e999}}\'; return {a: 1};': {"a": 1},
    "Object.prototype.thrown = 'x'; Object.prototype.errors = ['x']; return {a: 1};": {"a": 1},
    "return {a: typeof std + typeof os + typeof process + typeof fetch + typeof setTimeout};": {"a": "undefined" * 5},
    "console.log(1); console.error(2); console.warn(3); return {a: 1};": {"a": 1},
    "undeclared = 3; return {a: undeclared};": {"a": 3},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_codec_is_called(shape: str) -> None:
    assert data(run(SHAPES[shape])) == {"first": 0xD7, "port": 5}


def test_the_input_is_what_ts013_and_chirpstack_say() -> None:
    source = """function decodeUplink(input) { return {data: {
        array: Array.isArray(input.bytes), bytes: input.bytes, port: input.fPort, date: input.recvTime instanceof Date,
        time: input.recvTime.getTime(), offset: input.variables.offset}}; }"""
    assert data(run(source, job(payload=b"\x00\xff", port=0, offset="1.5"))) == {
        "array": True,
        "bytes": [0, 255],
        "port": 0,
        "date": True,
        "time": RECEIVED,
        "offset": "1.5",
    }


def test_the_clock_of_a_codec_stands_at_the_time_received() -> None:
    source = """class Own extends Date {}
    const loaded = Date.now();
    function Decoder() { return {loaded, now: new Date().getTime(), own: new Own().getTime(),
        fixed: new Date(5).getTime(), is: new Date() instanceof Date && new Date().constructor === Date,
        utc: Date.UTC(1970, 0, 2), zone: new Date().getTimezoneOffset(), text: Date()}; }"""
    found = data(run(source))
    text = found.pop("text")
    assert found == {
        "loaded": RECEIVED,
        "now": RECEIVED,
        "own": RECEIVED,
        "fixed": 5,
        "is": True,
        "utc": 86_400_000,
        "zone": 0,
    }
    assert "2026" in text


@pytest.fixture(scope="module")
def odd() -> Iterator[Sandbox]:
    bodies = [*ODD, *GOOD]
    with Sandbox({f"{index}.js": f"function Decoder() {{ {body} }}" for index, body in enumerate(bodies)}) as sandbox:
        yield sandbox


@pytest.mark.parametrize("body", ODD)
def test_what_is_no_measurement_is_said_in_words(odd: Sandbox, body: str) -> None:
    (outcome,) = odd.decode([job(f"{list(ODD).index(body)}.js")])
    assert isinstance(outcome, DecodeError)
    assert ODD[body] in str(outcome)
    assert str(outcome).isprintable()
    assert len(str(outcome)) < 400


@pytest.mark.parametrize("body", GOOD)
def test_what_json_cannot_say_is_left_out_or_made_plain(odd: Sandbox, body: str) -> None:
    (outcome,) = odd.decode([job(f"{len(ODD) + list(GOOD).index(body)}.js")])
    assert data(outcome) == GOOD[body]


def test_errors_make_a_failure_whatever_the_data_say() -> None:
    for errors in ("['too short']", "'too short'", "[{message: 'too short'}]", "[null, 'too short']"):
        outcome = run(f"function decodeUplink() {{ return {{data: {{a: 1}}, errors: {errors}}}; }}")
        assert isinstance(outcome, DecodeError)
        assert "too short" in str(outcome)


def test_warnings_are_kept_beside_the_data() -> None:
    outcome = run("function decodeUplink() { return {data: {a: 1}, warnings: ['battery\\nlow'], errors: []}; }")
    assert isinstance(outcome, Answer)
    assert outcome == [Decoded({"a": 1})]
    assert outcome.warnings == ("battery low",)


def test_no_errors_and_no_warnings_in_any_spelling_are_success() -> None:
    for rest in ("errors: [], warnings: []", "errors: null", "errors: undefined, warnings: null", "errors: ''"):
        assert data(run(f"function decodeUplink() {{ return {{data: {{a: 1}}, {rest}}}; }}")) == {"a": 1}


def test_an_array_is_several_measurements_with_their_own_times() -> None:
    outcome = run("function Decoder() { return [{a: 1, time: '2026-11-23T21:14:00Z'}, {a: 2}, {a: 3, time: 'noon'}]; }")
    assert not isinstance(outcome, DecodeError)
    assert [(one.fields["a"], one.time) for one in outcome] == [(1, 1_795_468_440_000), (2, None), (3, None)]


def test_p19_an_error_names_codec_line_and_port_in_both_languages() -> None:
    outcome = run("function decodeUplink(input) {\n  const o = {};\n  return {data: o.a.x};\n}\n")
    assert isinstance(outcome, DecodeError)
    assert outcome.text("en") == "one.js, line 3, port 5: TypeError: cannot read property 'x' of undefined"
    assert outcome.text("fr") == (
        "one.js, ligne 3, port 5\N{NO-BREAK SPACE}: TypeError: cannot read property 'x' of undefined"
    )


def test_an_error_inside_buffer_names_the_line_that_called_it() -> None:
    outcome = run("function Decoder(b) {\n\n  return {a: Buffer.from(b).readUInt32BE(0)};\n}")
    assert isinstance(outcome, DecodeError)
    assert str(outcome) == "one.js, line 3, port 5: RangeError: offset 0 + 4 is outside the 2 bytes"


def test_a_syntax_error_is_found_once_and_needs_no_worker_again() -> None:
    with Sandbox({"one.js": "function Decoder() {\n  return {a 1};\n}"}) as sandbox:
        (first,) = sandbox.decode([job()])
        sandbox.close()
        (second,) = sandbox.decode([job(port=6)])
        assert sandbox.pids == []
    assert isinstance(first, DecodeError)
    assert str(first).startswith("one.js, line 2, port 5: SyntaxError: ")
    assert str(second) == str(first).replace("port 5", "port 6")


def test_check_codec_says_line_and_fault_or_nothing() -> None:
    assert check_codec("function Decoder() { while (true); }") == ""
    assert check_codec("var a;\nvar b = ;", "b.js").startswith("b.js, line 2: SyntaxError: ")
    assert "declares neither decodeUplink" in check_codec("var a = 1;")
    assert "ne déclare ni decodeUplink" in check_codec("var a = 1;").text("fr")
    assert check_codec("let a = 1;\nlet b = a.c.d;").startswith("codec.js, line 2: TypeError: ")
    assert "not done after" in check_codec("while (true);")
    assert "SyntaxError" in check_codec("import os from 'os'; export function decodeUplink() {}")


def test_every_codec_is_checked_and_only_faults_are_told() -> None:
    with Sandbox({"good.js": "function Decode() {}", "bad.js": "(", "none.js": ""}) as sandbox:
        assert set(sandbox.check()) == {"bad.js", "none.js"}


def test_a_codec_that_is_not_there_is_said_with_its_likes() -> None:
    with Sandbox({"elsys.js": ""}) as sandbox:
        (outcome,) = sandbox.decode([job("elsis.js")])
        assert sandbox.pids == []
    assert "elsis.js, port 5: this file is not in codecs/; present: elsys.js" in str(outcome)


def test_no_worker_runs_before_the_first_job() -> None:
    with Sandbox({"one.js": SHAPES["TS013"]}) as sandbox:
        assert sandbox.pids == []
        assert sandbox.decode([]) == []
        assert sandbox.pids == []


def test_outcomes_come_in_the_order_of_their_jobs_from_several_workers() -> None:
    sources = {f"{n}.js": f"function Decoder(b) {{ return {{a: b[0] * 256 + b[1], n: {n}}}; }}" for n in range(3)}
    jobs = [job(f"{n % 3}.js", payload=n.to_bytes(2, "big")) for n in range(600)]
    with Sandbox(sources, workers=2) as sandbox:
        outcomes = sandbox.decode(jobs)
        assert len(sandbox.pids) == 2
    assert [data(one) for one in outcomes] == [{"a": n, "n": n % 3} for n in range(600)]


def test_one_message_finds_nothing_that_another_left_behind() -> None:
    source = """let count = 0;
    function Decoder(b) {
        count++;
        const seen = [count, typeof left, Array.prototype.push === Object.prototype.hasOwnProperty, [].evil, JSON.evil];
        globalThis.left = 1; Array.prototype.evil = 2; JSON.evil = 3; Object.prototype.errors = ['x'];
        Array.prototype.push = Object.prototype.hasOwnProperty; Uint8Array.prototype.slice = () => { throw 1; };
        JSON.parse = JSON.stringify = Object.keys = () => { throw 1; };
        return {seen};
    }"""
    with Sandbox({"one.js": source, "two.js": source}) as sandbox:
        outcomes = sandbox.decode([job("one.js"), job("one.js"), job("two.js"), job("one.js")])
    assert [data(one) for one in outcomes] == [{"seen": [1, "undefined", False, None, None]}] * 4
