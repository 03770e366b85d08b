"""Codecs that mean harm, or were written in a hurry: each costs its own message, and nobody else anything."""

import re
from collections.abc import Iterator

import pytest
from codecs_run import data, job, words

from devices.errors import DecodeError
from ingest.sandbox import Sandbox

GOOD = "function Decoder(b) { return {a: b[0]}; }"
TIME = "not done after"
MEMORY = "asked for more than 16 MiB of memory"

HOSTILE = {
    "an endless loop": ("while (true);", TIME),
    "an endless loop that catches its end": (
        "for (;;) { try { while (true); } catch (e) {} finally { continue; } }",
        TIME,
    ),
    "an endless loop in a getter": ("return {get a() { while (true); }};", TIME),
    "an endless loop in a proxy": ("return new Proxy({}, {ownKeys() { while (true); }});", TIME),
    "an endless loop in toJSON": ("return {a: {toJSON() { while (true); }}};", TIME),
    "an endless loop in a thrown message": ("throw {get message() { while (true); }};", TIME),
    "an endless loop in a length": ("return [].indexOf.call({length: 2 ** 52}, 1);", TIME),
    "a catastrophic regular expression": ("return {a: /(a+)+$/.test('a'.repeat(40) + 'b')};", TIME),
    "a loop in C that nothing interrupts": ("return {a: new Array(1e9).join('x')};", TIME),
    "a sort of four billion holes": ("const a = []; a[4294967294] = 1; a.sort(); return {a};", TIME),
    "an endless generator": ("return {a: [...(function* () { for (;;) yield; })()]};", ""),
    "deep recursion": ("const f = () => f() + 1; return {a: f()};", "Maximum call stack size exceeded"),
    "deep JSON": ("return JSON.parse('['.repeat(1e6));", "Error"),
    "a string of 1 GB": ("return {a: 'a'.repeat(1 << 30)};", "RangeError"),
    "a string that doubles": ("let s = 'x'; for (;;) s += s;", "string too long"),
    "a result of 100 MB": ("const s = 'a'.repeat(1 << 20); return {a: new Array(100).fill(s)};", MEMORY),
    "an array of arrays": ("const a = []; for (;;) a.push(new Array(1000).fill(0));", MEMORY),
    "an array buffer of 1 GB": ("return {a: new ArrayBuffer(1e9)};", MEMORY),
    "shared memory of 1 GB": ("return {a: new SharedArrayBuffer(1e9)};", MEMORY),
    "a billion elements": ("return {a: Array.from({length: 1e9})};", MEMORY),
    "an eater of memory that catches its end": (
        "const a = []; for (;;) { try { for (;;) a.push(new ArrayBuffer(65536)); } catch (e) {} }",
        "stopped",
    ),
    "numbers without end": ("let n = 3n; for (;;) n = n * n;", ""),
    "a wait for ever": ("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);", "cannot block"),
    "a file": ("import('fs'); return require('fs').readFileSync('/etc/passwd');", "not available to a codec"),
    "a module of QuickJS": ("return {a: std.open('/etc/passwd', 'r')};", "std is not defined"),
    "a request": ("return {a: fetch('http://localhost')};", "fetch is not defined"),
    "a timer": ("setTimeout(() => 1, 0);", "setTimeout is not defined"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sources = {f"{index}.js": f"function Decoder(b) {{ {body} }}" for index, (body, _) in enumerate(HOSTILE.values())}
    with Sandbox(sources | {"good.js": GOOD}) as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", HOSTILE)
def test_p19_a_hostile_codec_fails_alone_and_in_words(sandbox: Sandbox, name: str) -> None:
    hostile = job(f"{list(HOSTILE).index(name)}.js")
    before, failed, after = sandbox.decode([job("good.js"), hostile, job("good.js")])
    assert HOSTILE[name][1] in words(failed)
    assert words(failed).startswith(hostile.codec)
    assert data(before) == data(after) == {"a": 0xD7}


def test_what_runs_after_the_answer_never_runs() -> None:
    source = "function Decoder() { (async () => { await 1; while (true); })(); queueMicrotask(() => { while (true); });"
    with Sandbox({"one.js": source + "return {a: 1}; }"}) as sandbox:
        assert [data(one) for one in sandbox.decode([job()] * 3)] == [{"a": 1}] * 3


def test_a_loop_that_never_ends_is_said_with_about_its_line() -> None:
    source = "function Decoder(b) {\n  let i = 0;\n  while (i < b.length) {\n    i += Math.max(0, 0);\n  }\n}"
    with Sandbox({"one.js": source}) as sandbox:
        (outcome,) = sandbox.decode([job()])
    assert isinstance(outcome, DecodeError)
    assert re.fullmatch(r"one\.js, near line \d, port 5: stopped: not done after 0\.1 s of computing", str(outcome))
    assert re.match(r"one\.js, vers la ligne \d, port 5\u00a0: arrêté\u00a0: pas terminé après", outcome.text("fr"))


def test_a_codec_that_loops_as_it_is_read_is_stopped_too() -> None:
    with Sandbox({"one.js": "const a = 1;\nwhile (a);\nfunction Decoder() {}"}) as sandbox:
        assert words(sandbox.decode([job()])[0]) == "one.js, port 5: stopped: not done after 0.1 s of computing"


@pytest.mark.parametrize(
    "body", ["while (true);", "return new Array(1e9).join('x');", "const a = []; for (;;) a.push([a]);"]
)
def test_ten_thousand_hostile_messages_in_a_row_leave_good_ones_their_answers(body: str) -> None:
    jobs = [job("bad.js"), job("good.js")] * 500 + [job("bad.js")] * 9_000 + [job("good.js")] * 500
    with Sandbox({"bad.js": f"function Decoder() {{ {body} }}", "good.js": GOOD}) as sandbox:
        outcomes = sandbox.decode(jobs)
    good = [one for one, asked in zip(outcomes, jobs, strict=True) if asked.codec == "good.js"]
    bad = [one for one, asked in zip(outcomes, jobs, strict=True) if asked.codec == "bad.js"]
    assert [data(one) for one in good] == [{"a": 0xD7}] * 1_000
    assert all(isinstance(one, DecodeError) for one in bad)
    assert sum("stopped" in words(one) and "suspended" not in words(one) for one in bad) == 3
    assert sum("suspended" in words(one) for one in bad) == 9_497


def test_ordinary_errors_suspend_nobody() -> None:
    with Sandbox({"one.js": "function Decoder() { return x; }"}) as sandbox:
        outcomes = sandbox.decode([job()] * 500)
    assert {words(one) for one in outcomes} == {"one.js, line 1, port 5: ReferenceError: x is not defined"}


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


LOOPS_ON_ZERO = "function Decoder(b) { while (b[0] === 0); return {a: b[0]}; }"


def test_a_suspended_codec_comes_back_on_trial_and_rests_twice_as_long_when_it_fails_again() -> None:
    clock, bad, good = Clock(), job(payload=b"\0"), job(payload=b"\7")
    with Sandbox({"one.js": LOOPS_ON_ZERO}, time_limit=0.02, clock=clock) as sandbox:
        assert "suspended" in words(sandbox.decode([bad] * 4)[3])
        assert "tried again in 30 s" in words(sandbox.decode([good])[0])
        clock.now += 29.5
        assert "tried again in 1 s" in words(sandbox.decode([good])[0])
        clock.now += 0.5
        first, second = sandbox.decode([bad, good])
        assert "stopped" in words(first)
        assert "tried again in 60 s" in words(second)
        assert isinstance(second, DecodeError)
        assert "nouvel essai dans 60 s" in second.text("fr")
        clock.now += 60
        assert [data(one) for one in sandbox.decode([good] * 100)] == [{"a": 7}] * 100
        clock.now += 31
        outcomes = sandbox.decode([bad, good, bad, good])
        assert [isinstance(one, DecodeError) for one in outcomes] == [True, False, True, False]


def test_rests_grow_to_an_hour_and_no_longer() -> None:
    clock, rests = Clock(), []
    with Sandbox({"one.js": LOOPS_ON_ZERO}, time_limit=0.01, clock=clock) as sandbox:
        sandbox.decode([job(payload=b"\0")] * 2)
        for _ in range(10):
            sandbox.decode([job(payload=b"\0")])
            told = words(sandbox.decode([job(payload=b"\0")])[0])
            rests.append(int(told.partition("tried again in ")[2].partition(" s")[0]))
            clock.now += rests[-1]
    assert rests == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_a_rare_bad_message_suspends_nobody() -> None:
    clock = Clock()
    with Sandbox({"one.js": LOOPS_ON_ZERO}, time_limit=0.01, clock=clock) as sandbox:
        for _ in range(10):
            bad, good = sandbox.decode([job(payload=b"\0"), job(payload=b"\7")])
            assert "stopped" in words(bad)
            assert data(good) == {"a": 7}
            clock.now += 15
