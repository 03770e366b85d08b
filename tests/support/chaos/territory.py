"""A configuration folder with that many devices of one model of three quantities."""

from pathlib import Path

import alike

MODEL = "chaos"
HIGHEST = 1_000_000_000
"""What a ledger counts with is sent as co2, and has no end within a run."""


def write_territory(folder: Path, devices: list[str]) -> None:
    alike.write_model(folder, MODEL, HIGHEST)
    write_devices(folder, devices)


def write_devices(folder: Path, devices: list[str]) -> None:
    alike.write_devices(folder, MODEL, ((one, one) for one in devices))


def device(number: int) -> str:
    return f"chaos-{number:06d}"
