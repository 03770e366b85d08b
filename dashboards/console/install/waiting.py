"""Whether a device is heard since it was put in service, how well, and what of it was refused. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dashboards.console.device.card import Cell, cells, shown_quantities
from dashboards.console.device.health import Health, health
from dashboards.console.personal import Sight
from dashboards.console.present import Value
from dashboards.console.quarantine.rows import Row, row_of
from dashboards.console.quarantine.texts import REMEDIES
from dashboards.console.rows import Moment, moment
from dashboards.console.sources import Refused
from devices.problems import Language
from devices.registry import HEALTH, Profile, Registry

RADIO = ("rssi", "snr", "gateways", "spreading_factor")


class Since(NamedTuple):
    """From when on something counts."""

    after: int = 0
    """Event time of its newest value before, ms; 0 where it was never heard. The device's own clock is compared with
    itself: it may be wrong."""
    at: int = 0
    """When it was put in service, ms, by our clock."""


class Waiting(NamedTuple):
    state: str
    """`waiting`, `refused` (all it sent), `joined` (heard, but no value yet), `mixed` (some refused), `weak` (radio),
    `well`."""
    heard: Moment | None
    cells: Sequence[Cell]
    health: Sequence[Health]
    refusals: Sequence[tuple[Row, str]]
    """(Refusal, what to do.)"""

    @property
    def clear(self) -> bool:
        """All that is known of the radio link is good."""
        grades = [one.grade for one in self.health if one.quantity in RADIO]
        return bool(grades) and set(grades) == {"good"}

    @property
    def settled(self) -> bool:
        """Nothing more is waited for."""
        return self.state in ("well", "weak")


def waiting(
    profile: Profile,
    registry: Registry,
    present: Mapping[str, Value],
    refused: Sequence[Refused],
    since: Since,
    now: int,
    language: Language,
) -> Waiting:
    """`refused` are the newest of this device, the newest first; `now` is ms."""
    shown = shown_quantities(profile, registry, present)
    fresh = {name: value for name, value in present.items() if value.time > since.after}
    values = [
        name for name in fresh if name not in HEALTH or name in {field.quantity for field in profile.model.fields}
    ]
    radio = health(fresh, registry.quantities, {}, now, language)
    since_then = [one for one in refused if one.received >= since.at]
    weak = any(one.grade == "weak" for one in radio if one.quantity in RADIO)
    newest = max((value.time for value in fresh.values()), default=None)
    return Waiting(
        _state(bool(values), bool(fresh), bool(since_then), weak=weak),
        None if newest is None else moment(newest, now, language),
        cells(shown, fresh, language, Sight(raw=True, now=now)),
        radio,
        [(row_of(one, now, language), REMEDIES[language].get(one.reason, "")) for one in since_then],
    )


def _state(measured: bool, heard: bool, refused: bool, *, weak: bool) -> str:
    if measured:
        return "mixed" if refused else "weak" if weak else "well"
    return "refused" if refused else "joined" if heard else "waiting"
