"""From code to files: the same configuration gives the same bytes."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.grafana.board import Board, assemble
from dashboards.grafana.boards.air_noise import air_noise
from dashboards.grafana.boards.alerts import alerts
from dashboards.grafana.boards.buildings import buildings
from dashboards.grafana.boards.device import device
from dashboards.grafana.boards.fleet import fleet
from dashboards.grafana.boards.platform import platform
from dashboards.grafana.boards.rivers import rivers
from dashboards.grafana.boards.territory import territory
from dashboards.grafana.boards.traffic import traffic
from dashboards.grafana.boards.weather import weather
from dashboards.grafana.boards.winter import winter
from dashboards.grafana.legend import Legend

BOARDS: tuple[Callable[[Legend], Board], ...] = (
    territory,
    winter,
    traffic,
    rivers,
    weather,
    buildings,
    air_noise,
    fleet,
    device,
    alerts,
    platform,
)
"""In the order of the lists people see."""


def boards(legend: Legend) -> list[Board]:
    return [make(legend) for make in BOARDS]


def as_json(dashboard: Dashboard) -> str:
    """Sorted, so that a difference in git is a difference on the screen."""
    return json.dumps(dashboard, cls=JSONEncoder, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def rendered(legend: Legend) -> dict[str, str]:
    """File name -> text of each dashboard in the legend's language."""
    return {f"{board.slug}.json": as_json(assemble(board, legend)) for board in boards(legend)}


def write(files: Mapping[str, str], folder: Path, stale: Iterable[Path] = ()) -> list[Path]:
    """Writes what differs, and removes those of `stale` that are not rendered; returns what changed.

    `files`: path below `folder` -> text.
    """
    changed = []
    for path in sorted(stale):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
            changed.append(path)
    for name, text in files.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            changed.append(path)
    return changed
