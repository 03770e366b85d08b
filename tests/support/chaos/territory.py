"""A configuration folder with that many devices of one model of three quantities."""

from pathlib import Path

QUANTITIES = """
[{id}]
label = {{ fr = "{id}", en = "{id}" }}
unit = "{unit}"
min = {low}
max = {high}
kind = "gauge"
aggregate = "mean"
source = "chaos"
"""
LIMITS = (("air_temperature", "Cel", -50, 60), ("relative_humidity", "%", 0, 100), ("co2", "[ppm]", 0, 1_000_000_000))
MODEL = """
maker = "chaos"
name = "chaos"
codec = "native"
interval = 60
[[quantities]]
quantity = "air_temperature"
[[quantities]]
quantity = "relative_humidity"
[[quantities]]
quantity = "co2"
"""
COLUMNS = "id,model,domain,site,name,commune,latitude,longitude,altitude,owner,installed,tags,params"


def write_territory(folder: Path, devices: list[str]) -> None:
    (folder / "models").mkdir(parents=True)
    (folder / "quantities.toml").write_text(
        "".join(QUANTITIES.format(id=name, unit=unit, low=low, high=high) for name, unit, low, high in LIMITS)
    )
    (folder / "models" / "chaos.toml").write_text(MODEL)
    write_devices(folder, devices)


def write_devices(folder: Path, devices: list[str]) -> None:
    rows = (f"{one},chaos,building,site-{one},Site {one},03190,,,,departement-03,,," for one in devices)
    (folder / "devices.csv").write_text("\n".join((COLUMNS, *rows)) + "\n")


def device(number: int) -> str:
    return f"chaos-{number:06d}"
