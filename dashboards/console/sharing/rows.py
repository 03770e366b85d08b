"""Links as they are listed, and what one shows. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from babel.dates import format_date

from alerts.calendar import local
from dashboards.console.accounts.shares import Share
from dashboards.console.device.times import LOCALES, iso
from dashboards.console.pieces.visible import visible
from dashboards.console.report.bilan import places
from dashboards.console.sharing.texts import TEXTS
from devices.problems import Language
from devices.registry import Registry

NAMED = 12
"""Devices that are named of those that a link shows."""


class Said(NamedTuple):
    text: str
    iso: str


class ShareRow(NamedTuple):
    number: int
    commune: str
    code: str
    whom: str
    created: Said
    expires: Said
    used: Said | None
    """To the hour; None is never."""
    running: bool


class Shown(NamedTuple):
    """What a commune sees by its link."""

    commune: str
    devices: int
    names: Sequence[str]
    """Of the first NAMED devices."""

    @property
    def more(self) -> int:
        return self.devices - len(self.names)


def share_rows(shares: Collection[Share], registry: Registry, now: int, language: Language) -> list[ShareRow]:
    """Those that run first, the newest first."""
    rows = [share_row(one, registry, now, language) for one in shares]
    return sorted(rows, key=lambda row: (not row.running, -row.number))


def share_row(share: Share, registry: Registry, now: int, language: Language) -> ShareRow:
    return ShareRow(
        share.id,
        visible(registry.towns.get(share.commune, share.commune)),
        visible(share.commune),
        visible(share.whom),
        day(share.created, language),
        day(share.expires, language),
        None if share.used is None else hour(share.used, language),
        share.expires > now,
    )


def commune_choices(registry: Registry, language: Language) -> list[tuple[str, str]]:
    """(code, `Moulins (12 capteurs)`) of those where a device stands, by name."""
    t = TEXTS[language]
    counts = Counter(device.placements[-1].commune for device in registry.devices.values())
    return [
        (code, f"{name} ({t['device_count_one' if counts[code] == 1 else 'device_count'].format(count=counts[code])})")
        for code, name in places(registry)[0].items()
    ]


def shown_of(registry: Registry, commune: str) -> Shown:
    there = [device for device in registry.devices.values() if device.placements[-1].commune == commune]
    names = sorted(visible(device.placements[-1].name or device.id) for device in there)
    return Shown(visible(registry.towns.get(commune, commune)), len(there), names[:NAMED])


def day(time_ms: int, language: Language) -> Said:
    """`26 nov. 2026`."""
    return Said(str(format_date(local(time_ms).date(), "d MMM y", locale=LOCALES[language])), iso(time_ms))


def hour(time_ms: int, language: Language) -> Said:
    """`26 nov. 2026, vers 14 h`."""
    at = local(time_ms)
    words = TEXTS[language]["about"].format(day=day(time_ms, language).text, hour=at.strftime("%H"))
    return Said(words, at.isoformat())
