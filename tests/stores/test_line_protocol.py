"""Lines as the specification spells them."""

import pytest

from devices.reading import Reading, Series
from stores.line_protocol import encode

PLAIN = Series("building", "co2-01", "em300", "ecole", "03190")

LINES = [
    (
        Reading(PLAIN, 1_795_435_200_000, {"co2": 612.0, "air_temperature": 21.4}),
        "building,device=co2-01,model=em300,site=ecole,commune=03190 co2=612.0,air_temperature=21.4 1795435200000",
    ),
    (
        Reading(PLAIN._replace(site="a, b=c", model=""), -5, {"x": 1e22}),
        r"building,device=co2-01,site=a\,\ b\=c,commune=03190 x=1e+22 -5",
    ),
    (
        Reading(PLAIN, 0, {"x": 3, "y": True}),
        "building,device=co2-01,model=em300,site=ecole,commune=03190 x=3.0,y=1.0 0",
    ),
    (
        Reading(PLAIN._replace(site="Évry « 1 »", commune="2A004"), 0, {"x": -0.0}),
        r"building,device=co2-01,model=em300,site=Évry\ «\ 1\ »,commune=2A004 x=-0.0 0",
    ),
]


@pytest.mark.parametrize(("reading", "line"), LINES)
def test_a_reading_is_one_line(reading: Reading, line: str) -> None:
    assert encode(reading) == line.encode()
