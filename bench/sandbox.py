"""How many messages a second one worker of the sandbox decodes, and what hostile ones cost.

    python bench/sandbox.py [MESSAGES]

Each message meets a fresh context, so the length of a codec counts more than what it does. Wall time of the whole way:
job -> JSON -> pipe -> worker -> QuickJS -> pipe -> measurements. The figures of one run are in docs/adr/0032.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ingest.codecs.job import Job
from ingest.sandbox import Sandbox

TLV = """
function signed(value, bits) { return value >= 2 ** (bits - 1) ? value - 2 ** bits : value; }
function decodeUplink(input) {
    var data = {}, warnings = [], bytes = input.bytes;
    for (var i = 0; i < bytes.length;) {
        switch (bytes[i++]) {
            case 0x01: data.temperature = signed(bytes[i] << 8 | bytes[i + 1], 16) / 10; i += 2; break;
            case 0x02: data.humidity = bytes[i]; i += 1; break;
            case 0x04: data.light = bytes[i] << 8 | bytes[i + 1]; i += 2; break;
            case 0x05: data.motion = bytes[i]; i += 1; break;
            case 0x06: data.co2 = bytes[i] << 8 | bytes[i + 1]; i += 2; break;
            case 0x07: data.vdd = (bytes[i] << 8 | bytes[i + 1]) / 1000; i += 2; break;
            default: return {errors: ["unknown type at byte " + (i - 1)]};
        }
    }
    if (data.vdd < 3) { warnings.push("battery low"); }
    return {data: data, warnings: warnings};
}
"""
TABLE = "".join(
    f"CHANNELS[{n}] = {{name: 'channel_{n}', unit: 'u{n % 9}', scale: 0.{n % 9 + 1}, size: {n % 4 + 1}}};\n"
    for n in range(140)
)
"""A codec as makers generate them: most of it is a table that no message uses whole."""
PAYLOAD = bytes.fromhex("0100e202290401f40500060264070e11")
SOURCES = {
    "tlv.js": TLV,
    "table.js": f"var CHANNELS = [];\n{TABLE}{TLV}",
    "buffer.js": "function Decode(port, bytes) { const b = Buffer.from(bytes); return {t: b.readInt16BE(1) / 10}; }",
    "wrong.js": "function decodeUplink(input) { return {data: input.nothing.at.all}; }",
    "loop.js": "function Decoder() { while (true); }",
    "c_loop.js": "function Decoder() { return {a: new Array(1e9).join('x')}; }",
}
ROUNDS = 5
BATCH = 500


def jobs(codec: str, count: int) -> list[Job]:
    return [Job(codec, PAYLOAD, 5, 1_795_641_240_123, {})] * count


def seconds(sandbox: Sandbox, batch: Sequence[Job]) -> float:
    started = time.perf_counter()
    sandbox.decode(batch)
    return time.perf_counter() - started


def resident(pid: int) -> float:
    """MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with Sandbox(SOURCES) as sandbox:
        print(f"first message, worker started for it      {seconds(sandbox, jobs('tlv.js', 1)) * 1e3:8.1f} ms")
        for codec in ("tlv.js", "table.js", "buffer.js", "wrong.js"):
            rates = [BATCH / seconds(sandbox, jobs(codec, BATCH)) for _ in range(ROUNDS)]
            print(f"{codec:10} {len(SOURCES[codec]):6} characters {statistics.median(rates):17.0f} decodes/s")
        single = statistics.median(seconds(sandbox, jobs("tlv.js", 1)) for _ in range(200))
        print(f"one message alone                         {single * 1e6:8.0f} us")
        (worker,) = sandbox.pids
        before = resident(worker)
        for _ in range(count // BATCH):
            sandbox.decode(jobs("table.js", BATCH))
        print(f"worker before and after {count} messages   {before:8.1f} MiB {resident(worker):8.1f} MiB")
        for codec in ("loop.js", "c_loop.js"):
            took = seconds(sandbox, jobs(codec, 10_000))
            print(f"10,000 messages of {codec:9} in a row      {took:8.2f} s")
    with Sandbox(SOURCES, workers=2) as pair:
        rates = [4 * BATCH / seconds(pair, jobs("tlv.js", 4 * BATCH)) for _ in range(ROUNDS)]
        print(f"tlv.js, two workers                       {statistics.median(rates):8.0f} decodes/s")
    started = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", "import quickjs, json, re"], check=True)
    print(f"of which starting Python                  {(time.perf_counter() - started) * 1e3:8.1f} ms")


if __name__ == "__main__":
    main()
