"""The wall clock of the machine, set while the ingestor runs; for the ingestor alone, by libfaketime.

Its monotonic clock runs on, as the kernel's does. Without libfaketime (tests/deps.sh) these faults are not there. With
it (0.9.10) `time.sleep` fails, which `vigiterre run` does not use.
"""

import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from chaos.fault import Fault
from chaos.plan import Plan
from chaos.stage import DATABASE, Stage
from chaos.territory import device, write_devices
from chaos.watching import alerts_on_ourselves, came, watch_platform
from servers import influx_rows, publish_lines

LIBRARIES = ("usr/lib/*/faketime/libfaketime.so.1", "usr/lib64/faketime/libfaketime.so.1")
PARIS = ZoneInfo("Europe/Paris")
HOUR = 3_600
CLOCKLESS, DATED = device(999_998), device(999_997)
"""Devices that the ledger does not know of: one without a clock, one that tells times we choose."""
EACH = 100
SILENT = """
[rules.silent]
title = { fr = "Capteur muet", en = "Silent device" }
action = { fr = "Aller voir.", en = "Go and see." }
silent = true
group = "all"
[rules.silent.levels.warning]
factor = 3
"""


def library() -> str | None:
    return next((str(found) for one in LIBRARIES for found in Path("/").glob(one)), None)


def set_clock(folder: Path, by: float) -> None:
    """Seconds that the ingestor's wall clock is ahead of ours."""
    new = folder / "clock.new"
    new.write_text(f"{by:+.0f}\n")
    new.replace(folder / "clock")


class ClockFault(Fault):
    touches = frozenset({"clock"})
    alone = True

    def prepare(self, plan: Plan) -> None:
        plan.bad_share = 0.0  # what the clock refuses is kept whole, which the judge knows of good messages only
        set_clock(plan.folder, 0)
        plan.environment |= {
            "LD_PRELOAD": library() or "",
            "FAKETIME_TIMESTAMP_FILE": str(plan.folder / "clock"),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": "Europe/Paris",
        }

    def inject(self, stage: Stage) -> None:
        write_devices(stage.config, [*stage.names, CLOCKLESS, DATED])
        watch_platform(stage, self.name, SILENT)
        self.began, self.pid = time.time_ns() // 1_000_000, stage.ingestor.pid
        self.sent, self.before = 0, len(times_of(stage, CLOCKLESS))

    def heal(self, stage: Stage) -> None:
        if stage.ingestor.pid != self.pid:
            stage.complain(self.name, "it died of it")
        if not came(lambda: len(times_of(stage, CLOCKLESS)) - self.before >= self.sent):
            found = len(times_of(stage, CLOCKLESS)) - self.before
            stage.complain(self.name, f"{found} of {self.sent} readings without a time are stored")
        if silent := silent_alerts(stage):
            stage.complain(self.name, f"{silent} devices that send are said to be silent")

    def send_without_time(self, stage: Stage) -> None:
        """So fast that many come within a millisecond."""
        lines = [json.dumps({"values": {"co2": number}}) for number in range(EACH)]
        publish_lines(stage.mosquitto, f"vigiterre/building/{CLOCKLESS}/up", lines)
        self.sent += EACH


class ClockSet(ClockFault):
    """By one hour, and set right again.

    `twice` may count a message that the wrong clock refused and that the broker gave again when it was right.
    """

    name, by = "clock-forward", HOUR
    hold = (3.0, 4.0)

    def inject(self, stage: Stage) -> None:
        super().inject(stage)
        self.send_without_time(stage)
        set_clock(stage.plan.folder, self.by)
        self.send_without_time(stage)
        if not came(lambda: opened_of_clock(stage, self.began)):
            stage.complain(self.name, "no alert tells that the clock was set")

    def heal(self, stage: Stage) -> None:
        self.send_without_time(stage)
        set_clock(stage.plan.folder, 0)
        self.send_without_time(stage)
        super().heal(stage)


class ClockSetBack(ClockSet):
    """What devices send is an hour ahead then: refused as `clock_future`, and kept."""

    name, by = "clock-back", -HOUR


class AutumnNight(ClockFault):
    """The hour from two to three comes twice by the clocks of the territory."""

    name = "clock-night-of-autumn"
    at = datetime(2026, 10, 25, 1, tzinfo=UTC)
    hold = (6.0, 7.0)
    EARLY = 4

    def prepare(self, plan: Plan) -> None:
        super().prepare(plan)
        plan.environment["VIGITERRE_STORE__RAW_DAYS"] = "0"

    def inject(self, stage: Stage) -> None:
        super().inject(stage)
        stage.fleet.pause()  # what they send would be months too old, or too new
        came(lambda: stage.fleet.unconfirmed == 0 and len(set(map(len, stage.tap.traffic.keys()))) == 1)
        time.sleep(1)
        set_clock(stage.plan.folder, self.change - self.EARLY - time.time())
        self.send_without_time(stage)

    def heal(self, stage: Stage) -> None:
        self.send_without_time(stage)
        times = [self.change + second for second in (-HOUR, -1, 0, 1)]
        local = [datetime.fromtimestamp(one, PARIS).isoformat() for one in times]
        lines = [json.dumps({"time": one, "values": {"co2": number}}) for number, one in enumerate(local)]
        publish_lines(stage.mosquitto, f"vigiterre/building/{DATED}/up", lines)
        expected = [int(one * 1000) for one in times]
        if not came(lambda: set(expected) <= set(times_of(stage, DATED))):
            stage.complain(self.name, f"sent {local}, stored {times_of(stage, DATED)}")
        if len(times_of(stage, DATED)) != len(expected):
            stage.complain(self.name, f"stored at other times too: {times_of(stage, DATED)}")
        super().heal(stage)
        set_clock(stage.plan.folder, 0)
        stage.fleet.resume()

    @property
    def change(self) -> float:
        """Unix seconds."""
        return self.at.timestamp()


class SpringNight(AutumnNight):
    """The hour from two to three is missing."""

    name = "clock-night-of-spring"
    at = datetime(2027, 3, 28, 1, tzinfo=UTC)


def times_of(stage: Stage, name: str) -> list[int]:
    """Of its stored points, ms."""
    query = f"SELECT co2 FROM autogen.building WHERE device = '{name}' AND time >= 0"
    return [int(row["time"]) for row in influx_rows(stage.influxd, DATABASE, query)]


def opened_of_clock(stage: Stage, began: int) -> int:
    """By a clock that was set back, the alert is older than the fault."""
    return alerts_on_ourselves(stage, began - 2 * HOUR * 1000)[0]["platform_clock"]


def silent_alerts(stage: Stage) -> int:
    with closing(sqlite3.connect(f"file:{stage.data / 'alerts.sqlite'}?mode=ro", uri=True, timeout=5)) as book:
        return int(book.execute("SELECT count(*) FROM alerts WHERE rule = 'silent'").fetchone()[0])


FAULTS: list[type[Fault]] = [ClockSet, ClockSetBack, AutumnNight, SpringNight] if library() else []
