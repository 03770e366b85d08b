"""A configuration folder with many devices that are alike: one model of three quantities."""

from collections.abc import Iterable
from pathlib import Path

QUANTITIES = """
[{id}]
label = {{ fr = "{id}", en = "{id}" }}
unit = "{unit}"
min = {low}
max = {high}
kind = "gauge"
aggregate = "mean"
source = "{word}"
"""
MODEL = """
maker = "{word}"
name = "{word}"
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


def write_model(folder: Path, word: str, highest: int) -> None:
    """`word` is the name of the model, of its maker and of the source; `highest` the largest plausible co2."""
    (folder / "models").mkdir(parents=True)
    limits = (("air_temperature", "Cel", -50, 60), ("relative_humidity", "%", 0, 100), ("co2", "[ppm]", 0, highest))
    (folder / "quantities.toml").write_text(
        "".join(QUANTITIES.format(id=one, unit=unit, low=low, high=high, word=word) for one, unit, low, high in limits)
    )
    (folder / "models" / f"{word}.toml").write_text(MODEL.format(word=word))


def write_devices(folder: Path, word: str, devices: Iterable[tuple[str, object]]) -> None:
    """`devices` are (id, place)."""
    rows = (f"{one},{word},building,site-{place},Site {place},03190,,,,departement-03,,," for one, place in devices)
    (folder / "devices.csv").write_text("\n".join((COLUMNS, *rows)) + "\n")
