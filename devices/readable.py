"""Numbers and units as people read them."""

from devices.problems import Language

SIGNS = {
    "Cel": "°C", "[ppm]": "ppm", "[ppb]": "ppb", "ug/m3": "µg/m³", "mg/m3": "mg/m³", "deg": "°", "kW.h": "kWh",
    "dB[SPL]": "dB(A)", "m3": "m³", "m3/h": "m³/h", "m3/s": "m³/s", "W/m2": "W/m²", "1": "", "uS/cm": "µS/cm",
    "dB{mW}": "dBm", "[NTU]": "NTU", "[pH]": "pH", "kV.A{reactive}": "kvar", "{vehicle}": "", "{bicycle}": "",
    "{pedestrian}": "", "{person}": "", "{gateway}": "",
}  # fmt: skip
"""UCUM codes that people do not read, and how they are written."""


def with_sign(value: float, unit: str, language: Language) -> str:
    """`−0,8 °C`: a number with the sign of its UCUM unit."""
    return signed(readable(value, unit, language), unit)


def signed(number: str, unit: str) -> str:
    sign = SIGNS.get(unit, unit)
    return f"{number}\N{NO-BREAK SPACE}{sign}" if sign else number


def readable(value: float, unit: str, language: Language) -> str:
    """About four digits, never an exponent: 0.68, 1613, 184 230; temperatures with one decimal: −0.5, 21.0."""
    decimals = next(places for limit, places in ((1_000, 0), (10, 1), (0, 2)) if abs(value) >= limit)
    if unit == "Cel":
        text = f"{value:z.1f}"
    elif decimals:
        text = f"{value:z.{decimals}f}".rstrip("0").rstrip(".")  # z: no value shows as −0
    else:
        text = whole(round(value))
    text = text.replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if language == "fr" else text


def whole(number: int) -> str:
    """184 230; four digits stay together: 1613."""
    return f"{number:_}".replace("_", "\N{NARROW NO-BREAK SPACE}") if abs(number) >= 10_000 else str(number)
