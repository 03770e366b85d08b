"""CPU of the way in: 100,000 messages of 128 bytes drained from a real mosquitto's persistent session.

    python bench/mqtt_receive.py [messages]

Prints microseconds of our own CPU (user + system) a message, from the first to the last acknowledgement. The journal
is left out: `deliver` counts. The publisher is idle by then; the broker is another process.
"""

import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from devices.reading import Message
from ingest.mqtt import Broker, Receiver
from servers import Mosquitto, program

LINES = 20_000
"""mosquitto_pub -l loses lines when it is given many more at QoS 1."""


def publish(broker: Mosquitto, topic: str, payloads: list[str]) -> None:
    for at in range(0, len(payloads), LINES):
        command = [program("mosquitto_pub"), "-p", str(broker.port), "-q", "1", "-l", "-t", topic]
        subprocess.run(command, input="\n".join(payloads[at : at + LINES]), text=True, check=True)


async def drain(broker: Broker, expected: int, folder: Path) -> float:
    """CPU seconds from connecting until `expected` messages are acknowledged."""

    async def deliver(_: list[Message]) -> None:
        return None

    receiver = Receiver(broker, deliver, lambda: time.time_ns() // 1_000_000, folder / "session.json")
    gc.collect()
    began = time.process_time()
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(receiver.run())
        while receiver.state.acknowledged < expected or not receiver.state.connected:  # noqa: ASYNC110  -- no event says it
            await asyncio.sleep(0.01)
        used = time.process_time() - began
        await receiver.stop()
    return used


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Saving at each change writes the whole backlog each time: minutes for this many. A bench may lose it.
        extra = "allow_anonymous true\nautosave_on_changes false\nautosave_interval 0\nmax_inflight_messages 1000\n"
        with Mosquitto(folder / "broker", extra) as mosquitto:
            broker = Broker(url=mosquitto.url, client_id="bench", topics=("vigiterre/#",))
            asyncio.run(drain(broker, 0, folder))
            publish(mosquitto, "vigiterre/environment/bench/up", [f"{i:0128d}" for i in range(count)])
            used = asyncio.run(drain(broker, count, folder))
    print(f"{count} messages, {used / count * 1e6:.2f} us of CPU a message")


if __name__ == "__main__":
    main()
