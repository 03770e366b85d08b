"""Which devices a command means: named, listed in a CSV, or all that something is true of."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from devices.device import Device
from devices.errors import ConfigError
from devices.problems import Problem, near
from devices.registry import Registry
from devices.spreadsheet import read_sheet
from vigiterre.credentials.errors import CredentialRefused, few

COLUMN = "id"


class Selection(NamedTuple):
    ids: tuple[str, ...] = ()
    csv: Path | None = None
    commune: str | None = None
    """INSEE code of where they stand now."""
    model: str | None = None
    domain: str | None = None
    tag: str | None = None
    everything: bool = False

    def names(self, registry: Registry, known: Collection[str] = ()) -> list[str]:
        """In order, each once. `known` may be named though the inventory has them no more.

        Raises CredentialRefused when nobody is meant, or one that does not exist; ConfigError for the CSV.
        """
        if not (self.ids or self.csv or self.everything or self._filters()):
            raise CredentialRefused("whom")
        named = dict.fromkeys((*self.ids, *(listed(self.csv) if self.csv else ())))
        if named:
            _refuse_unknown(named, {*registry.devices, *known})
        found = [name for name in named or registry.devices if self._takes(registry.devices.get(name))]
        if not found:
            raise CredentialRefused("nobody_meant")
        return found

    def _filters(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.commune, self.model, self.domain, self.tag)))

    def _takes(self, device: Device | None) -> bool:
        """One that is known no more has nothing that could be true of it."""
        if device is None:
            return not self._filters()
        given = (device.placements[-1].commune, device.model, device.domain)
        wished = (self.commune, self.model, self.domain)
        tagged = self.tag is None or self.tag in device.tags
        return tagged and all(wish in (None, one) for wish, one in zip(wished, given, strict=True))


def listed(file: Path) -> Iterator[str]:
    """The ids of a CSV that has a column `id`, whatever else. Raises ConfigError."""
    problems: list[Problem] = []
    sheet = read_sheet(file, str(file), (COLUMN,), (COLUMN,), problems)
    problems = [one for one in problems if one.code != "unknown_column"]
    if problems or sheet is None:
        raise ConfigError(problems)
    return (name for row in sheet.rows if (name := row.get(COLUMN)))


def _refuse_unknown(names: Collection[str], known: Collection[str]) -> None:
    if unknown := [name for name in names if name not in known]:
        raise CredentialRefused("no_device", count=len(unknown), names=few(unknown), known=near(unknown[0], known))
