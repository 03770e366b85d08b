"""What a chart shows as a file that a French spreadsheet opens as it is: `;`, decimal comma, byte order mark. Pure."""

from collections.abc import Iterable

from alerts.calendar import local
from dashboards.console.device.samples import NO_BAND, Track
from dashboards.console.device.summary import state_name
from dashboards.console.device.texts import SHEET
from dashboards.console.device.times import iso
from dashboards.console.pieces.spreadsheet import BYTE_ORDER_MARK, number, words
from devices.problems import Language
from devices.quantity import Kind, Quantity
from devices.readable import SIGNS


def sheet(track: Track, quantity: Quantity, language: Language) -> str:
    """Every sample, none left out: local time, the same as ISO 8601, value.

    Of hours their lowest and highest, of states their words. In English the decimal sign is a point.
    """
    said = SHEET[language]
    sign = SIGNS.get(quantity.unit, quantity.unit)
    label = f"{quantity.label[language]} ({sign})" if sign else quantity.label[language]
    banded = track.hourly and quantity.aggregate not in NO_BAND
    heads = [said["hour"] if track.hourly else said["time"], "ISO 8601", label]
    heads += [said["low"], said["high"]] if banded else [said["state"]] if quantity.kind is Kind.STATE else []
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
    return BYTE_ORDER_MARK + "".join(_line(row) for row in [[words(head) for head in heads], *rows])


def _line(cells: Iterable[str]) -> str:
    return ";".join(_quoted(cell) for cell in cells) + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ';"\r\n') else cell
