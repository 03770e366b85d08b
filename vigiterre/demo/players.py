"""Players: the devices of the territory as `config/demo` has them play, and what they put on the wire."""

import csv
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from devices.errors import VigiterreError
from devices.model import Field as ModelField
from devices.quantity import Aggregate
from devices.registry import Registry
from vigiterre.demo.series import Replay, Sample, Series
from vigiterre.demo.simulated import Shape, Simulation

FOLDER = "demo"
SERIES, SIMULATED = "series.toml", "simulated.toml"
DIGITS = 6
"""Of a number as sent: 13.6 + 273.15 is not to become 286.75000000000006."""

Timed = tuple[int, dict[str, float]]
"""(time, ms; quantity -> value in the unit of the catalogue)."""
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Player:
    """One device, the series it plays and the names its model has for what it measures."""

    device: str
    domain: str
    topic: str
    source: Replay | Simulation
    fields: Mapping[str, ModelField]
    """By quantity."""
    sums: frozenset[str]
    """Quantities counted over an interval: sent when the interval is due and never in between, or they would add up."""

    def due(self, start: int, end: int) -> Iterator[Timed]:
        """What the device sends at its own interval, start <= time < end."""
        return self.source.between(start, end)

    def current(self, time_ms: int) -> Timed | None:
        """What a look at the device shows at this time; None when it only counts over intervals."""
        values = {name: value for name, value in self.source.at(time_ms).items() if name not in self.sums}
        return (time_ms, values) if values else None

    def payload(self, readings: Sequence[Timed]) -> bytes:
        """The native payload: an object for one reading, an array for several."""
        objects = [self._object(time, values) for time, values in readings]
        return json.dumps(objects[0] if len(objects) == 1 else objects, separators=(",", ":")).encode()

    def _object(self, time: int, values: Mapping[str, float]) -> dict[str, Any]:
        return {"time": rfc3339(time), "values": dict(self._sent(name, value) for name, value in values.items())}

    def _sent(self, quantity: str, value: float) -> tuple[str, float]:
        field = self.fields[quantity]
        return field.field, round((value - field.offset) / field.scale, DIGITS)


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlayerTable(Table):
    device: str
    shift_minutes: int = 0
    scale: dict[str, float] = {}
    offset: dict[str, float] = {}
    round: list[str] = []


class SeriesTable(Table):
    file: str = Field(pattern=r"^[^/\\]+\.csv$")
    source: str
    licence: str
    attribution: str
    start: Literal["monday", "midnight"]
    interval_minutes: int = Field(gt=0)
    duration_minutes: int = Field(gt=0)
    lap: dict[str, float] = {}
    players: list[PlayerTable]


class SimulatedTable(BaseModel):
    """`id`, `interval_minutes`, and one shape per quantity beside them."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Shape]

    id: str
    interval_minutes: Literal[1, 5, 10, 15, 20, 30, 60]
    """Divides the hour, so that the multiples since local midnight are those of UTC."""


class SimulatedFile(Table):
    devices: list[SimulatedTable]


def load_players(folder: Path, registry: Registry, root: str) -> list[Player]:
    """The players of `folder`/demo, in the order of devices.csv.

    Raises VigiterreError, naming file and key, when a file is missing or wrong, or a device of it is not in the
    registry or does not measure what it is to play.
    """
    demo = folder / FOLDER
    sources: list[tuple[str, Replay | Simulation]] = [*replays(demo), *simulations(demo)]
    order = {device: index for index, device in enumerate(registry.devices)}
    players = [_player(device, source, registry, root) for device, source in sources]
    return sorted(players, key=lambda player: order[player.device])


def replays(demo: Path) -> Iterator[tuple[str, Replay]]:
    tables = _parsed(demo / SERIES, TypeAdapter(dict[str, SeriesTable]).validate_python)
    for name, table in tables.items():
        series = Series(
            name, table.interval_minutes, table.duration_minutes, table.lap, read_samples(demo / table.file)
        )
        for one in table.players:
            yield one.device, Replay(series, one.shift_minutes, one.scale, one.offset, one.round)


def simulations(demo: Path) -> Iterator[tuple[str, Simulation]]:
    for one in _parsed(demo / SIMULATED, SimulatedFile.model_validate).devices:
        yield one.id, Simulation(one.id, one.interval_minutes, one.__pydantic_extra__)


def read_samples(path: Path) -> list[Sample]:
    """The rows of a series file; an empty cell is a value the source does not have. Raises VigiterreError."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            samples = [
                Sample(int(row.pop("minute")), {name: float(cell) for name, cell in row.items() if cell})
                for row in rows
            ]
    except (OSError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise VigiterreError(f"{path}: {error}; write minute,<quantity>,... and numbers") from error
    minutes = [sample.minute for sample in samples]
    if not samples or minutes != sorted(set(minutes)):
        raise VigiterreError(f"{path}: the minutes of a series come in order, each once")
    return samples


def rfc3339(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _player(device: str, source: Replay | Simulation, registry: Registry, root: str) -> Player:
    profile = registry.profiles.get(device)
    if profile is None:
        raise VigiterreError(f"{FOLDER}: {device} is not in devices.csv; add it there or take it out here")
    fields = {field.quantity: field for field in profile.model.fields}
    played = source.shapes if isinstance(source, Simulation) else source.series.samples[0].values
    unknown = sorted(set(played) - set(fields))
    if unknown:
        raise VigiterreError(f"{FOLDER}: {device} plays {', '.join(unknown)}, which model {profile.model.id} has not")
    sums = frozenset(name for name in fields if registry.quantities[name].aggregate is Aggregate.SUM)
    return Player(device, profile.domain, f"{root}/{profile.domain}/{device}/up", source, fields, sums)


def _parsed(path: Path, parse: Callable[[Any], Parsed]) -> Parsed:
    try:
        return parse(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False))
        raise VigiterreError(f"{path}: {'; '.join(faults)}") from error
    except (OSError, ValueError) as error:
        raise VigiterreError(f"{path}: {error}") from error
