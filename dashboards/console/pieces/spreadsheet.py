"""Cells of files that a French spreadsheet opens as they are: `;`, decimal comma, byte order mark."""

from devices.problems import Language

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for something else."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would compute."""


def number(value: float, language: Language) -> str:
    """`-0,8`, in English `-0.8`: never an exponent, and six decimals at most."""
    text = f"{value:z.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "fr" else text


def words(text: str) -> str:
    """A name must not become a formula in somebody's spreadsheet."""
    return f"'{text}" if text.startswith(FORMULA) else text
