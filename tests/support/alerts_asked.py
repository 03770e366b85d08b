"""For tests of `vigiterre alerts`: alerts of a book, the command as its user runs it, and a process that answers."""

import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from alerts.alert import Alert, Mute
from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.load import AlertConfig
from alerts.rule import Level
from devices.reading import Series
from devices.registry import Registry
from vigiterre import control
from vigiterre.__main__ import app
from vigiterre.alert_operations import AlertOperations
from vigiterre.moment import now_ms

CONFIG = Path(__file__).parents[2] / "config"
MINUTE, HOUR = 60_000, 3_600_000
OPENED = 1_795_608_000_000
"""25 November 2026, 12:00 UTC."""
ROAD = Series("road", "d2009-saint-pourcain", "road-weather-station", "d2009-saint-pourcain", "03254")
ROOM = Series("building", "college-moulins-s12", "indoor-air", "college-moulins", "03190")


def alert(number: int = 1, series: Series = ROAD, rule: str = "black_ice", **values: Any) -> Alert:
    level = values.pop("level", Level.CRITICAL)
    found = Alert(number, rule, series, level, level, OPENED, OPENED - 5 * MINUTE, live=True, found=OPENED)
    measured: dict[str, Any] = {"quantity": "road_surface_temperature", "value": -0.8, "threshold": 0.0}
    return replace(found, **((measured if series is ROAD else {}) | values))


def over(number: int, **values: Any) -> Alert:
    ended: dict[str, Any] = {"resolved": OPENED + 90 * MINUTE, "ended": OPENED + 90 * MINUTE, "closed": True}
    return alert(number, **(ended | values))


def write(data: Path, *alerts: Alert, mutes: tuple[Mute, ...] = ()) -> None:
    with Book(data / FILE) as book, book.transaction():
        book.write_alerts(alerts)
        for mute in mutes:
            book.add_mute(mute)


def run(*arguments: object, config: Path = CONFIG) -> Result:
    result = CliRunner().invoke(app, ["--config", str(config), "alerts", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def told(result: Result) -> str:
    """What was said beside the result, with ordinary spaces."""
    return result.stderr.replace("\N{NO-BREAK SPACE}", " ")


def rows(*arguments: object) -> list[dict[str, Any]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    assert all(not isinstance(value, dict | list) for row in found for value in row.values()), "flat"
    return found


class Running:
    """Alerting behind its control socket, in a thread of its own, as the process has it."""

    def __init__(self, data: Path, registry: Registry, config: AlertConfig) -> None:
        self.data = data
        self.alerting = Alerting(Book(data / FILE), config, registry, now_ms(), begin=0)
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.ended = asyncio.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.serve(),))
        self.thread.start()
        assert self.ready.wait(10)

    async def serve(self) -> None:
        async with await control.listen(self.data, AlertOperations(self.alerting, now_ms).commands()):
            self.ready.set()
            await self.ended.wait()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(10)
        self.loop.close()
        self.alerting.close()
