"""A dashboard as Grafana has it, and what a real InfluxDB answers its panels, every variable at All."""

import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from alerts.load import load_alerts
from dashboards.grafana.board import Board, assemble
from dashboards.grafana.legend import Legend, legend_of
from dashboards.grafana.render import as_json
from devices.load import load_registry
from devices.schema import RAW
from servers import Influxd, influx_rows

CONFIG = Path(__file__).parents[2] / "config"
REGISTRY = load_registry(CONFIG)
RULES = load_alerts(CONFIG, REGISTRY).rules
ENGLISH = legend_of(REGISTRY, RULES, "en")
START = 1_760_000_400_000
"""ms; the range of time on the screen is the day from here."""


def panels_of(make: Callable[[Legend], Board], legend: Legend = ENGLISH) -> dict[str, dict[str, Any]]:
    """Title -> panel."""
    dashboard = json.loads(as_json(assemble(make(legend), legend)))
    return {panel["title"]: panel for panel in dashboard["panels"] if panel["type"] != "row"}


def statements(panel: dict[str, Any]) -> list[str]:
    return [target["query"] for target in panel["targets"]]


def limits(panel: dict[str, Any]) -> list[tuple[float | None, str]]:
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return [(step["value"], step["color"]) for step in steps]


def store(influxd: Influxd, name: str, lines: Sequence[str], policy: str = RAW) -> None:
    """Line protocol, times in ms, into a new database of this name."""
    base = f"http://127.0.0.1:{influxd.port}"
    ask(influxd, f'CREATE DATABASE "{name}"')
    if policy != RAW:
        ask(influxd, f'CREATE RETENTION POLICY "{policy}" ON "{name}" DURATION INF REPLICATION 1')
    body = "\n".join(lines).encode()
    urllib.request.urlopen(f"{base}/write?db={name}&rp={policy}&precision=ms", body, timeout=30).close()


def ask(influxd: Influxd, statement: str) -> None:
    asked = urllib.parse.urlencode({"q": statement}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{influxd.port}/query", asked, timeout=30) as answer:
        created = answer.read()
    assert b"error" not in created, created


def answers(influxd: Influxd, name: str, panel: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Rows, query by query."""
    return [influx_rows(influxd, name, filled(statement)) for statement in statements(panel)]


def filled(statement: str) -> str:
    statement = statement.replace("$policy", RAW).replace("$__interval", "10m")
    for name in ("domain", "commune", "site", "model", "device"):
        statement = statement.replace(f"/^${name}$/", "/^.*$/")
    return statement.replace("$timeFilter", f"time >= {START}ms and time <= {START + 86_400_000}ms")
