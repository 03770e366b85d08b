"""`make bench-console`: how long a reading takes from its publish to the page, and what open streams cost.

The way is real: a publisher that holds its rate, mosquitto, `vigiterre run` with InfluxDB, streams as browsers hold
them, and Chromium with a page of the console. Each stream follows a page of devices. A device's time is the wall clock
just before its message was handed to the MQTT library, so whoever receives it knows how old it is.
The last line is JSON.

    python bench/console.py [seconds] [readings a second]
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from load import device, write_territory
from measuring import cpu_of, print_machine, share
from playwright.sync_api import sync_playwright
from streaming import beside, flood, follow

from servers import Influxd, Mosquitto, Vigiterre, program

SECONDS, RATE, DEVICES = 20, 2_000, 10_000
STREAMS, ON_A_PAGE, IDLE = 50, 25, 500
WARM_SECONDS = 5.0
CELLS = """
devices => {
    window.ages = [];
    document.addEventListener("live:reading", event => requestAnimationFrame(() => {
        window.ages.push(Date.now() - event.detail.time);
    }));
    for (const device of devices) {
        const cell = document.createElement("span");
        Object.assign(cell.dataset, {live: "", device, quantity: "co2"});
        document.querySelector("main").append(cell);
    }
    document.dispatchEvent(new Event("live:cells"));
}
"""
"""A page of cells on whatever page it is; ages in ms, when the frame that shows them is made."""


@dataclass
class Phase:
    name: str
    cpu: float
    """Share of one core that `vigiterre run` took."""
    ages: Sequence[float] = ()
    """ms from the publish to the stream, sorted."""
    shown: Sequence[float] = ()
    """The same to the browser."""


def on_page(number: int) -> list[str]:
    """Devices whose turns are spread over the time."""
    return [device(number + n * (DEVICES // ON_A_PAGE)) for n in range(ON_A_PAGE)]


def phase(name: str, vigiterre: Vigiterre, seconds: float, pages: Sequence[Sequence[str]], *, browser: bool) -> Phase:
    with beside(follow, vigiterre.port, pages, WARM_SECONDS) as (_, streams):
        time.sleep(WARM_SECONDS)
        before, started = cpu_of(vigiterre.pid), time.monotonic()
        shown = watch(vigiterre.port, seconds) if browser else []
        time.sleep(max(0.0, started + seconds - time.monotonic()))
        cpu = (cpu_of(vigiterre.pid) - before) / (time.monotonic() - started)
        streams.send("stop")
        ages = streams.recv()
    return Phase(name, cpu, ages, shown)


def watch(port: int, seconds: float) -> list[float]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{port}/platform")
        page.evaluate(CELLS, on_page(0))
        page.wait_for_timeout(seconds * 1_000)
        found = sorted(float(one) for one in page.evaluate("window.ages"))
        chromium.close()
    return found


def phases(seconds: float, rate: int) -> Iterator[Phase]:
    shown = [on_page(page) for page in range(STREAMS)]
    idle = [[f"idle-{page}"] for page in range(IDLE)]
    with tempfile.TemporaryDirectory(prefix="vigiterre-bench-") as temporary:
        folder = Path(temporary)
        write_territory(folder / "config", DEVICES)
        with Mosquitto(folder / "broker", durable=False) as broker, Influxd(folder / "db") as influxd:
            run = folder / "run"
            store = influxd.url("bench")
            with Vigiterre(run, folder / "config", broker.url, store, VIGITERRE_LOG__LEVEL="warning") as vigiterre:
                vigiterre.wait_for("vigiterre_mqtt_connected", 1)
                yield phase("at rest, no stream", vigiterre, seconds, [], browser=False)
                yield phase(f"at rest, {IDLE} idle streams", vigiterre, seconds, idle, browser=False)
                with beside(flood, broker.port, rate, range(DEVICES)) as (_, publisher):
                    vigiterre.wait_for("vigiterre_readings_stored_total", rate * WARM_SECONDS)
                    yield phase("flooded, no stream", vigiterre, seconds, [], browser=False)
                    yield phase(f"flooded, {IDLE} idle streams", vigiterre, seconds, idle, browser=False)
                    yield phase(f"flooded, {STREAMS} streams, a browser", vigiterre, seconds, shown, browser=True)
                    publisher.send("stop")


def main(seconds: float, rate: int) -> None:
    print_machine()
    print(f"{DEVICES} devices of 3 quantities; flooded is {rate} readings/s; {ON_A_PAGE} devices a page\n")
    print(f"  {'':<34}{'CPU':>7}{'events':>9}{'p50':>7}{'p95':>7}{'p99':>7}{'most':>8}  ms from publish")
    found = []
    for one in phases(seconds, rate):
        found.append(one)
        print(f"  {one.name:<34}{one.cpu:>7.1%}", end="")
        print(f"{len(one.ages):>9}" + "".join(f"{share(one.ages, part):>7.0f}" for part in (0.5, 0.95, 0.99, 1.0)))
    rest, idle, flooded, flooded_idle, last = found
    line = "".join(f"{share(last.shown, part):>7.0f}" for part in (0.5, 0.95, 0.99, 1.0))
    print(f"  {'in the browser':<34}{'':>7}{len(last.shown):>9}{line}")
    figures = {
        "stream_p50_ms": round(share(last.ages, 0.5)),
        "stream_p95_ms": round(share(last.ages, 0.95)),
        "browser_p50_ms": round(share(last.shown, 0.5)),
        "browser_p95_ms": round(share(last.shown, 0.95)),
        "idle_streams_cpu_at_rest": round(idle.cpu - rest.cpu, 3),
        "idle_streams_cpu_flooded": round(flooded_idle.cpu - flooded.cpu, 3),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(SECONDS, RATE)[len(numbers) :])
