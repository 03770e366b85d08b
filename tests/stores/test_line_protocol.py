"""Lines as the specification spells them."""

import pytest

from devices.mark import Mark
from devices.reading import Reading, Series
from devices.schema import LONGEST_TAG
from stores.line_protocol import encode, encode_mark

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


def test_a_mark_is_one_line_with_the_tags_it_has() -> None:
    mark = Mark("fleet", (("device", "d1"), ("label", "D 2009, Sioule (d1)")), 7, {"level": 0, "silent": 1.0})
    assert encode_mark(mark) == rb"fleet,device=d1,label=D\ 2009\,\ Sioule\ (d1) level=0.0,silent=1.0 7"
    assert encode_mark(mark._replace(tags=())) == b"fleet level=0.0,silent=1.0 7"


def test_a_space_stands_for_what_no_tag_can_hold_and_what_is_too_long_is_cut() -> None:
    mark = Mark("fleet", (("label", "a\\b\nc\ud800"), ("town", ""), ("site", "x" * 300)), 7, {"level": 1.0})
    assert encode_mark(mark) == rb"fleet,label=a\ b\ c\ ,site=" + b"x" * LONGEST_TAG + b" level=1.0 7"
