"""Units are UCUM codes (https://ucum.org/ucum). What is valid and what converts is ucumvert's and pint's to say.

The two cost 0.6 s to import, so they are imported only when a code outside COMMON or a real conversion comes up.
"""

import re
from functools import cache, lru_cache
from typing import Any

from devices.problems import near

# fmt: off
COMMON = frozenset(
    {
        "1", "%", "%{RH}", "{count}", "{count}/h", "{vehicle}", "{vehicle}/h", "{person}", "{pulse}", "{state}",
        "[ppm]", "[ppb]", "[pH]", "[NTU]", "ug/m3", "mg/m3", "g/m3", "mg/L", "Bq/m3", "uS/cm", "mS/cm",
        "Cel", "K", "[degF]", "Pa", "hPa", "kPa", "mbar", "bar", "deg",
        "mm", "cm", "m", "km", "mm/h", "m/s", "km/h",
        "L", "m3", "L/min", "L/s", "m3/h", "m3/s",
        "s", "min", "h", "d", "Hz",
        "mA", "A", "mV", "V", "W", "kW", "W.h", "kW.h", "W/m2", "lx", "dB", "dB[SPL]",
    }
)
# fmt: on
"""Codes that a territory meets every day, known good without the parser; a test has the parser confirm each."""

MISTAKEN = {
    "dB(A)": "dB[SPL]",
    "dBA": "dB[SPL]",
    "°C": "Cel",
    "degC": "Cel",
    "°F": "[degF]",
    "°": "deg",
    "ppm": "[ppm]",
    "ppb": "[ppb]",
    "µg/m³": "ug/m3",
    "μg/m³": "ug/m3",
    "µg/m3": "ug/m3",
    "mg/m³": "mg/m3",
    "m³": "m3",
    "m³/h": "m3/h",
    "W/m²": "W/m2",
    "kWh": "kW.h",
    "Wh": "W.h",
    "lux": "lx",
    "NTU": "[NTU]",
    "%RH": "%",
    "µS/cm": "uS/cm",
}
"""What people write, and the UCUM code they mean."""

ARBITRARY = re.compile(r"\[(?!pp(?:th|m|b|tr)\])")
"""A bracketed unit that is no proportion: without a dimension ([NTU], [IU]) it compares with nothing but itself."""

REMEMBERED = 4_096
"""Codes and conversions kept; bounded, since devices may send units as text."""
DIGITS = 12
"""Conversions are rounded to so many significant digits: pint's 31.999999999999936 for 0 Cel is 32 [degF]."""


class UnitError(ValueError):
    """A code is not UCUM, or two codes measure different things."""


def is_valid(code: str) -> bool:
    """Whether the code is UCUM."""
    return code in COMMON or _parses(code)


def suggestion(code: str) -> str:
    """The UCUM code that was probably meant, or a few that look like it."""
    return MISTAKEN.get(code) or near(code, COMMON)


@lru_cache(REMEMBERED)
def conversion(source: str, target: str) -> tuple[float, float]:
    """(scale, offset) such that a number in `source` times scale plus offset is in `target`.

    Identical codes need no arithmetic and are not even parsed. Raises UnitError for a code that is not UCUM, for
    units of different things ([ppb] and ug/m3, % and deg), and where no straight line joins them (dB and 1).
    """
    if source == target:
        return 1.0, 0.0
    for code in (source, target):
        if not is_valid(code):
            raise UnitError(f'"{code}" is not a UCUM unit; did you mean: {suggestion(code)}')
    a, b = _unit(source), _unit(target)
    if not _comparable(source, a, target, b):
        raise UnitError(f'"{source}" and "{target}" measure different things')
    return _straight_line(source, a, target, b)


def _comparable(source: str, a: Any, target: str, b: Any) -> bool:
    # Root units, not dimensions: pint holds angles and proportions both for dimensionless, and would turn % into deg.
    root_a, root_b = _registry().get_root_units(a)[1], _registry().get_root_units(b)[1]
    arbitrary = root_a.dimensionless and (ARBITRARY.search(source) or ARBITRARY.search(target))
    return bool(root_a == root_b and not arbitrary)


def _straight_line(source: str, a: Any, target: str, b: Any) -> tuple[float, float]:
    curved = UnitError(f'no straight line joins "{source}" and "{target}"')
    try:
        zero, one, hundred = (float(_registry().Quantity(x, a).to(b).magnitude) for x in (0.0, 1.0, 100.0))
    except (OverflowError, ValueError, ZeroDivisionError):
        raise curved from None
    scale, offset = _rounded((hundred - zero) / 100), _rounded(zero)
    if abs(one - (scale + offset)) > 1e-9 * max(abs(one), abs(scale)) or scale == 0:
        raise curved
    return scale, offset


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def _unit(code: str) -> Any:
    from lark.exceptions import VisitError  # noqa: PLC0415

    try:
        read = _registry().from_ucum(code)
    except VisitError:  # valid UCUM that pint does not know, such as [pH]
        raise UnitError(f'"{code}" converts to nothing but itself') from None
    # A lone annotation such as {count} comes back as a token: UCUM says it is 1.
    return getattr(read, "units", _registry().dimensionless)


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]  # noqa: PLC0415  -- see the docstring

    return PintUcumRegistry()


@lru_cache(REMEMBERED)
def _parses(code: str) -> bool:
    from lark.exceptions import LarkError  # noqa: PLC0415

    try:
        _parser().parse(code)
    except LarkError:
        return False
    return True


@cache
def _parser() -> Any:
    from ucumvert import get_ucum_parser  # noqa: PLC0415

    return get_ucum_parser()
