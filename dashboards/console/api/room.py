"""What every endpoint is given, and what it gives back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from dashboards.console.console import Console
from dashboards.console.fleet import FleetInForce


@dataclass(frozen=True)
class Room:
    console: Console
    fleet: FleetInForce
    raw_days: int
    """Raw values are kept this long; 0 is for ever."""
    clock: Callable[[], int]
    """Wall clock, ms."""
    raw: bool = False
    """Whether who asks may see raw values of persons."""


class Found(NamedTuple):
    """An answer before anybody knows its format."""

    body: BaseModel
    rows: Iterable[BaseModel] = ()
    """The same as lines of CSV, where it is a list. Gone through once at most."""
    map: Callable[[], BaseModel] | None = None
    """The same as GeoJSON, where it has a place."""
    next: Mapping[str, str] = MappingProxyType({})
    """Parameters that lead to what follows; empty at the end."""
