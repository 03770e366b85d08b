"""The workers: what they may, how they end, and what becomes of the jobs of one that is gone."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from codecs_run import data, job, words

import ingest.sandbox
from devices.errors import DecodeError
from ingest.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(ingest.sandbox.__file__).parent
GOOD = "function Decoder(b) { return {a: b[0]}; }"
SLOW = "function Decoder(b) { let n = 0; for (let i = 0; i < 50000; i++) n += i; return {a: b[0]}; }"
PATIENCE = 30.0


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Ended, whether or not somebody has taken notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_worker_killed_midway_costs_no_message() -> None:
    jobs = [job(payload=bytes([n % 256])) for n in range(400)]
    with Sandbox({"one.js": SLOW}) as sandbox:
        outcomes: list[object] = []
        thread = threading.Thread(target=lambda: outcomes.extend(sandbox.decode(jobs)))
        thread.start()
        until(lambda: sandbox.pids, "a worker")
        (first,) = sandbox.pids
        time.sleep(0.05)
        os.kill(first, signal.SIGKILL)
        thread.join(PATIENCE)
        assert sandbox.pids != [first]
    assert [data(one) for one in outcomes] == [{"a": n % 256} for n in range(400)]  # type: ignore[arg-type]


def test_a_worker_killed_between_two_batches_is_replaced() -> None:
    with Sandbox({"one.js": GOOD}) as sandbox:
        for _ in range(3):
            assert data(sandbox.decode([job()])[0]) == {"a": 0xD7}
            os.kill(sandbox.pids[0], signal.SIGKILL)


def test_a_worker_that_hangs_is_killed_and_only_its_job_is_lost() -> None:
    with Sandbox({"one.js": GOOD, "two.js": GOOD}, silence=2.0) as sandbox:
        sandbox.decode([job()])
        (hung,) = sandbox.pids
        os.kill(hung, signal.SIGSTOP)
        first, *others = sandbox.decode([job(), job("two.js"), job()])
        assert gone(hung)
    assert words(first) == "one.js, port 5: stopped: its process gave no answer in 2 s"
    assert [data(one) for one in others] == [{"a": 0xD7}] * 2


def test_answers_of_a_call_that_was_broken_off_never_meet_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(workers: object) -> None:
        raise KeyboardInterrupt

    with Sandbox({"one.js": GOOD}) as sandbox:
        with monkeypatch.context() as patched:
            patched.setattr("ingest.sandbox.sandbox.wait_for", broken_off)
            with pytest.raises(KeyboardInterrupt):
                sandbox.decode([job(payload=b"\1")] * 10)
        assert data(sandbox.decode([job(payload=b"\2")])[0]) == {"a": 2}


NONSENSE = {
    "an answer of 4 GB": "b'\\xff\\xff\\xff\\xff'",
    "what is no JSON": "b'\\0\\0\\0\\1x'",
    "what nests without end": "b'\\0\\1\\0\\0' + b'[' * 65536",
}


@pytest.mark.parametrize("said", NONSENSE)
def test_a_worker_that_talks_nonsense_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str) -> None:
    ready = "import sys\nout = sys.stdout.buffer\nout.write(b'\\0\\0\\0\\4true')\n"
    (tmp_path / "worker.py").write_text(f"{ready}out.write({NONSENSE[said]})\nout.flush()\nsys.stdin.read()\n")
    monkeypatch.setattr("ingest.sandbox.process.SCRIPT", tmp_path / "worker.py")
    with Sandbox({"one.js": GOOD}) as sandbox:
        (outcome,) = sandbox.decode([job()])
        assert sandbox.pids == []
    assert "its process ended twice" in words(outcome)


def test_close_ends_every_worker_and_is_no_loss_twice() -> None:
    sandbox = Sandbox({"one.js": GOOD}, workers=2)
    sandbox.decode([job()] * 200)
    pids = sandbox.pids
    sandbox.close()
    sandbox.close()
    assert len(pids) == 2
    assert all(map(gone, pids))


PARENT = """
    import sys, threading
    sys.path[:0] = [{root!r}]
    from ingest.codecs.job import Job
    from ingest.sandbox import Sandbox
    source = "function Decoder(b) {{ return b[0] ? {{a: new Array(1e9).join('x')}} : {{}}; }}"
    sandbox = Sandbox({{"one.js": source}}, time_limit=1.0)
    sandbox.decode([Job("one.js", bytes([0]), 1, 0, {{}})])
    if {busy}:
        threading.Thread(target=sandbox.decode, args=([Job("one.js", bytes([1]), 1, 0, {{}})],)).start()
    print(sandbox.pids[0], flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "in a loop of C"])
def test_kill_9_of_the_parent_leaves_no_worker(busy: bool) -> None:
    script = textwrap.dedent(PARENT.format(root=str(ROOT), busy=busy))
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        worker = int(parent.stdout.readline())
        assert not gone(worker)
        parent.kill()
    until(lambda: gone(worker), "the worker's end")


def test_a_worker_ignores_the_signals_of_a_terminal_and_of_a_service_that_stops() -> None:
    with Sandbox({"one.js": GOOD}) as sandbox:
        sandbox.decode([job()])
        before = sandbox.pids
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(before[0], number)
        assert data(sandbox.decode([job()])[0]) == {"a": 0xD7}
        assert sandbox.pids == before
        assert os.getpgid(before[0]) != os.getpgid(0)


def test_a_worker_has_no_environment_no_descriptor_of_ours_and_runs_aside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIGITERRE_STORE__PASSWORD", "secret")
    with (tmp_path / "open").open("w") as held, Sandbox({"one.js": GOOD}) as sandbox:
        os.set_inheritable(held.fileno(), True)
        sandbox.decode([job()])
        process = Path(f"/proc/{sandbox.pids[0]}")
        environment = (process / "environ").read_bytes().rstrip(b"\0").split(b"\0")
        assert sorted(environment) == [b"LC_ALL=C", b"TZ=UTC"]
        assert sorted(path.name for path in (process / "fd").iterdir()) == ["0", "1", "2"]
        assert (process / "cwd").readlink() == Path("/")
        assert os.getpriority(os.PRIO_PROCESS, sandbox.pids[0]) > os.getpriority(os.PRIO_PROCESS, 0)
        soft = {line[:26].strip(): line[26:].split()[:2] for line in rows(process, "Max")}
        assert soft["Max open files"] == ["3", "3"]
        assert soft["Max file size"] == soft["Max core file size"] == soft["Max processes"] == ["0", "0"]
        assert soft["Max address space"][0] != "unlimited"


def rows(process: Path, start: str) -> list[str]:
    return [line for line in (process / "limits").read_text().splitlines() if line.startswith(start)]


def test_a_confined_worker_can_open_neither_file_nor_socket_even_in_python() -> None:
    script = f"""
        import sys, socket
        sys.path.insert(0, {str(FOLDER)!r})
        import worker
        worker.confine()
        for attempt in (lambda: open("/etc/passwd"), socket.socket, lambda: bytearray(1 << 30)):
            try:
                attempt()
                print("open")
            except (OSError, MemoryError) as error:
                print(type(error).__name__, getattr(error, "errno", None))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert done.stdout.splitlines() == ["OSError 24", "OSError 24", "MemoryError None"]


def test_a_worker_stays_as_large_as_it_is_over_ten_thousand_messages() -> None:
    sources = {
        "one.js": "const t = new Array(1000).fill('x'); function Decoder(b) { t.push(t); return {a: Buffer.from(b)}; }",
        "two.js": "function Decoder() { throw new Error('a'.repeat(10000)); }",
        "three.js": "function Decoder() { const o = {}; o.o = o; return {a: new Uint8Array(1000).fill(7)}; }",
    }
    with Sandbox(sources) as sandbox:
        jobs = [job(name) for name in sources] * 500
        sandbox.decode(jobs)
        (worker,) = sandbox.pids
        before = resident(worker)
        for _ in range(6):
            sandbox.decode(jobs)
        assert sandbox.pids == [worker]
        assert resident(worker) - before < 4 * 1024 * 1024


def test_a_worker_is_replaced_after_so_many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sandbox.sandbox.RECYCLE", 64)
    with Sandbox({"one.js": GOOD}) as sandbox:
        sandbox.decode([job()])
        (first,) = sandbox.pids
        assert [data(one) for one in sandbox.decode([job()] * 200)] == [{"a": 0xD7}] * 200
        assert sandbox.pids != [first]
        assert gone(first)


def test_a_sandbox_that_cannot_start_says_why_for_every_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "worker.py").write_text("raise ImportError('no module named quickjs')")
    with Sandbox({"one.js": GOOD}) as sandbox:
        with monkeypatch.context() as patched:
            patched.setattr("ingest.sandbox.process.SCRIPT", tmp_path / "worker.py")
            outcomes = sandbox.decode([job()] * 50)
        assert all(isinstance(one, DecodeError) for one in outcomes)
        assert "the sandbox does not start (exit code 1: ImportError: no module named quickjs)" in words(outcomes[49])
        assert data(sandbox.decode([job()])[0]) == {"a": 0xD7}


def test_several_threads_may_ask_at_once() -> None:
    found: dict[int, list[object]] = {}
    with Sandbox({"one.js": GOOD}, workers=2) as sandbox:

        def ask(number: int) -> None:
            found[number] = [data(one) for one in sandbox.decode([job(payload=bytes([number]))] * 100)]

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert found == {number: [{"a": number}] * 100 for number in range(4)}


def test_large_payloads_and_many_sources_fill_no_pipe_for_ever() -> None:
    sources = {f"{n}.js": GOOD + "//" + "x" * 20_000 for n in range(50)}
    with Sandbox(sources) as sandbox:
        outcomes = sandbox.decode([job(f"{n}.js", payload=bytes(200_000)) for n in range(50)])
    assert [data(one) for one in outcomes] == [{"a": 0}] * 50
