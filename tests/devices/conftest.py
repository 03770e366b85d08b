"""A small territory on disk, right in every way, for tests to spoil."""

from pathlib import Path

import pytest

QUANTITIES = """
[co2]
label = { fr = "Dioxyde de carbone", en = "Carbon dioxide" }
unit = "[ppm]"
min = 0.0
max = 10000.0
kind = "gauge"
aggregate = "mean"
source = "test"

[air_temperature]
label = { fr = "Température de l'air", en = "Air temperature" }
unit = "Cel"
min = -50.0
max = 60.0
kind = "gauge"
aggregate = "mean"
source = "test"
"""
MODEL = """
maker = "Acme"
name = "AIR-1"
codec = "native"
interval = 600

[[quantities]]
quantity = "co2"

[[quantities]]
quantity = "air_temperature"
field = "t"
unit = "[degF]"

[[examples]]
description = "An ordinary room"
payload = '''{"values": {"co2": 612}}'''
values = { co2 = 612.0 }
"""
DEVICES = """id,model,domain,site,name,commune,latitude,longitude,altitude,owner,installed,tags,params
salle-1,acme-air,building,college,"Salle 1, rez-de-chaussée",03190,46.56,3.33,220,departement,2024-03-01,school air,
salle-2,acme-air,building,college,Salle 2,03190,46.56,3.33,220,departement,2024-03-01,school,offset.co2=-12
"""


@pytest.fixture
def territory(tmp_path: Path) -> Path:
    """A configuration folder with two devices of one model."""
    (tmp_path / "models").mkdir()
    (tmp_path / "quantities.toml").write_text(QUANTITIES, encoding="utf-8")
    (tmp_path / "models" / "acme-air.toml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "devices.csv").write_text(DEVICES, encoding="utf-8")
    return tmp_path
