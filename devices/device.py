"""Devices and placements: one installed unit, and where it stands from when until when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

DOMAINS = ("road", "building", "environment")
DEVICE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""Device ids are MQTT user names, topic levels and tag values at once."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a device stands for a while."""

    site: str
    name: str
    """What people call the place."""
    commune: str
    """INSEE code, five characters."""
    latitude: float | None
    longitude: float | None
    altitude: float | None
    """Degrees WGS 84, metres."""
    since: int | None = None
    until: int | None = None
    """[since, until) in ms; None is open."""


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    model: str
    domain: str
    owner: str
    installed: str
    """ISO date, or ""."""
    tags: tuple[str, ...]
    params: Mapping[str, float | str]
    """`offset.co2`, `scale.co2`, `alert_level`, ...: what is peculiar to this unit."""
    placements: tuple[Placement, ...]
    """In order of time; the first may be open at its start, the last at its end."""
    eui: str = ""
    """LoRaWAN DevEUI, 16 lower-case hex digits, or ""."""
    alias: str = ""
    """What a gateway calls it, such as a Zigbee friendly name, or ""."""
