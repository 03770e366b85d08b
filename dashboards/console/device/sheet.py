"""What a chart shows as a file that a French spreadsheet opens as it is: `;`, decimal comma, byte order mark. Pure."""

from collections.abc import Iterable

from alerts.calendar import local
from dashboards.console.device.samples import NO_BAND, Track
from dashboards.console.device.summary import state_name
from dashboards.console.device.texts import SHEET
from dashboards.console.device.times import iso
from devices.problems import Language
from devices.quantity import Kind, Quantity
from devices.readable import SIGNS

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for something else."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet(track: Track, quantity: Quantity, language: Language) -> str:
    """Every sample, none left out: local time, the same as ISO 8601, value.

    Of hours their lowest and highest, of states their words. In English the decimal sign is a point.
    """
    words = SHEET[language]
    sign = SIGNS.get(quantity.unit, quantity.unit)
    label = f"{quantity.label[language]} ({sign})" if sign else quantity.label[language]
    banded = track.hourly and quantity.aggregate not in NO_BAND
    heads = [words["hour"] if track.hourly else words["time"], "ISO 8601", label]
    heads += [words["low"], words["high"]] if banded else [words["state"]] if quantity.kind is Kind.STATE else []
    rows = [
        [
            local(one.time).strftime("%d/%m/%Y %H:%M:%S"),
            iso(one.time),
            number(one.value, language),
            *([number(one.low, language), number(one.high, language)] if banded else []),
            *([state_name(round(one.value), quantity, language)] if quantity.kind is Kind.STATE else []),
        ]
        for one in track.samples
    ]
    return BYTE_ORDER_MARK + "".join(_line(row) for row in [[_text(head) for head in heads], *rows])


def number(value: float, language: Language) -> str:
    """`-0,8`, in English `-0.8`: never an exponent, and six decimals at most."""
    text = f"{value:z.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "fr" else text


def _line(cells: Iterable[str]) -> str:
    return ";".join(_quoted(cell) for cell in cells) + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ';"\r\n') else cell


def _text(words: str) -> str:
    """Words that a spreadsheet would take for a formula stay words."""
    return f"'{words}" if words.startswith(FORMULA) else words
