import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import units
from devices.units import COMMON, MISTAKEN, UnitError, conversion, is_valid, suggestion

FAMILIES = (
    ("Cel", "K", "[degF]"),
    ("Pa", "hPa", "kPa", "mbar", "bar", "mm[Hg]"),
    ("ug/m3", "mg/m3", "g/m3", "mg/L"),
    ("[ppm]", "[ppb]", "%", "1"),
    ("mm", "cm", "m", "km"),
    ("W.h", "kW.h", "J", "MJ"),
    ("m/s", "km/h", "[mi_i]/h"),
    ("{vehicle}/h", "{vehicle}/min", "1/h"),
    ("deg", "rad"),
    ("dB[SPL]", "B[SPL]"),
)
PAIRS = [(a, b) for family in FAMILIES for a in family for b in family]


@pytest.mark.parametrize(
    ("source", "target", "number", "expected"),
    [
        ("[degF]", "Cel", 212, 100),
        ("K", "Cel", 0, -273.15),
        ("Cel", "[degF]", -40, -40),
        ("Pa", "hPa", 101325, 1013.25),
        ("mg/m3", "ug/m3", 0.04, 40),
        ("km/h", "m/s", 36, 10),
        ("L/s", "m3/h", 10, 36),
        ("W.h", "kW.h", 1500, 1.5),
        ("{vehicle}/h", "{vehicle}/min", 60, 1),
        ("B[SPL]", "dB[SPL]", 6.5, 65),
    ],
)
def test_conversions_known_from_elsewhere(source: str, target: str, number: float, expected: float) -> None:
    scale, offset = conversion(source, target)
    assert math.isclose(number * scale + offset, expected, rel_tol=1e-9, abs_tol=1e-9)


@given(st.sampled_from(PAIRS), st.floats(-1e6, 1e6))
def test_there_and_back_is_where_one_was(pair: tuple[str, str], number: float) -> None:
    scale, offset = conversion(*pair)
    back_scale, back_offset = conversion(*reversed(pair))
    back = (number * scale + offset) * back_scale + back_offset
    assert math.isclose(back, number, rel_tol=1e-9, abs_tol=1e-7)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("[ppb]", "ug/m3"),
        ("%", "deg"),
        ("Cel", "hPa"),
        ("[NTU]", "%"),
        ("[pH]", "1"),
        ("dB[SPL]", "Pa"),
        ("dB", "1"),
        ("Cel/m", "K/m"),
        ("Hz", "Bq"),
    ],
)
def test_units_of_different_things_do_not_convert(source: str, target: str) -> None:
    with pytest.raises(UnitError):
        conversion(source, target)


def test_an_unknown_unit_is_named_with_the_one_probably_meant() -> None:
    with pytest.raises(UnitError, match=r'"dB\(A\)" is not a UCUM unit; did you mean: dB\[SPL\]'):
        conversion("dB(A)", "dB[SPL]")


@pytest.mark.parametrize("code", sorted(COMMON))
def test_the_parser_confirms_every_common_code(code: str) -> None:
    assert units._parses(code)


@pytest.mark.parametrize("wrong", sorted(MISTAKEN))
def test_usual_mistakes_are_no_codes_and_their_remedies_are(wrong: str) -> None:
    assert not is_valid(wrong)
    assert is_valid(suggestion(wrong))


def test_the_slow_parser_is_not_imported_for_common_codes_and_identical_units() -> None:
    program = (
        "import sys; from devices.units import conversion, is_valid; "
        "assert is_valid('ug/m3') and conversion('[ppm]', '[ppm]') == (1.0, 0.0); "
        "assert not {'pint', 'ucumvert', 'lark'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
