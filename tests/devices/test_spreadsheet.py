"""However a spreadsheet saves it, the same rows come out."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devices import cells
from devices.inventory import DEVICE_COLUMNS, DEVICE_REQUIRED, Known, inventory
from devices.model import Field, Model
from devices.problems import Problem
from devices.spreadsheet import Row, Sheet, read_sheet

MODEL = Model("acme", "Acme", "A", "native", 600, (Field("co2", "co2", "[ppm]"),), ())
COLUMNS = ("id", "name", "latitude")
FRENCH = "abcXYZ àâçéèêëîïôùûüœÀÉ'’-«»;,\"()0123456789"
ONE_LINE = st.text(FRENCH, max_size=20).map(lambda text: " ".join(text.split()))


def read(path: Path, content: bytes, columns: tuple[str, ...] = COLUMNS) -> tuple[Sheet | None, list[Problem]]:
    file = path / "sheet.csv"
    file.write_bytes(content)
    problems: list[Problem] = []
    return read_sheet(file, "sheet.csv", columns, ("id",), problems), problems


@st.composite
def device_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    ids = draw(st.lists(st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True), unique=True, min_size=1, max_size=5))
    degrees = st.decimals(-90, 90, places=4).map(str)
    return [
        {
            "id": name,
            "model": "acme",
            "domain": draw(st.sampled_from(["road", "building", "environment"])),
            "site": draw(ONE_LINE) or "site",
            "name": draw(ONE_LINE),
            "commune": draw(st.sampled_from(["03190", "2A004", "01001"])),
            "latitude": draw(degrees),
            "longitude": draw(degrees),
            "altitude": draw(degrees),
            "owner": draw(ONE_LINE),
            "installed": draw(st.dates().map(str)),
            "tags": draw(st.sampled_from(["", "a", "a b"])),
            "params": draw(st.sampled_from(["", "alert_level=1.8", "offset.co2=-12 scale.co2=1.02 sort=x"])),
        }
        for name in ids
    ]


def saved(rows: list[dict[str, str]], delimiter: str, encoding: str, ending: str, comma: bool, shout: bool) -> bytes:
    """The rows as some spreadsheet would save them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending)
    writer.writerow([f" {name.upper()} " if shout else name for name in rows[0]] + [""] * shout)
    for row in rows:
        numbers = ("latitude", "longitude", "altitude", "params")
        writer.writerow(
            [text.replace(".", ",") if comma and name in numbers[:3] else text for name, text in row.items()]
        )
        if shout:
            writer.writerow([""] * (len(row) + 1))
    return out.getvalue().encode(encoding)


def is_utf8(content: bytes) -> bool:
    """True for the rare Windows text, such as `À»`, whose bytes are a character of UTF-8: nobody can tell."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return not content.isascii()


@given(
    device_rows(),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
)
def test_any_way_of_saving_gives_the_same_devices(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, str]],
    delimiter: str,
    encoding: str,
    ending: str,
    comma: bool,
    shout: bool,
) -> None:
    content = saved(rows, delimiter, encoding, ending, comma, shout)
    assume(encoding != "cp1252" or not is_utf8(content))
    file = tmp_path_factory.getbasetemp() / "devices.csv"
    file.write_bytes(content)
    problems: list[Problem] = []
    sheet = read_sheet(file, "devices.csv", DEVICE_COLUMNS, DEVICE_REQUIRED, problems)
    assert sheet is not None
    known = Known({"acme": MODEL}, None)
    plain = [Row("devices.csv", number, row) for number, row in enumerate(rows, 2)]
    assert inventory(sheet.rows, [], known, problems) == inventory(plain, [], known, problems)
    assert problems == []
    assert len(sheet.rows) == len(rows)


def test_windows_accents_quoted_line_breaks_and_no_break_spaces_are_read(tmp_path: Path) -> None:
    content = 'id;name\r\na;"Route d\'Été\r\n(nord)"\r\nb;École\u00a0 n° 3\r\n'.encode("cp1252")
    sheet, problems = read(tmp_path, content)
    assert sheet is not None
    assert [row.get("name") for row in sheet.rows] == ["Route d'Été (nord)", "École n° 3"]
    assert problems == []


def test_rows_are_numbered_as_beside_the_sheet(tmp_path: Path) -> None:
    sheet, _ = read(tmp_path, b'sep=;\r\n\r\nid;name\r\n\r\na;"two\nlines"\r\n;;\r\nb;x\r\n')
    assert sheet is not None
    assert sheet.header == 3
    assert [(row.number, row.get("id")) for row in sheet.rows] == [(5, "a"), (7, "b")]


def test_short_rows_are_filled_and_empty_columns_at_the_right_ignored(tmp_path: Path) -> None:
    sheet, problems = read(tmp_path, b"id,name,latitude,,\na\nb,x,1,,\n")
    assert sheet is not None
    assert [row.cells for row in sheet.rows] == [
        {"id": "a", "name": "", "latitude": ""},
        {"id": "b", "name": "x", "latitude": "1"},
    ]
    assert problems == []


def test_a_cell_under_no_heading_is_told(tmp_path: Path) -> None:
    _, problems = read(tmp_path, b"id,name,,\na,x,,y\n")
    assert [(problem.place, problem.code) for problem in problems] == [("row 2", "too_many_cells")]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b"id,name\na,\0\n", b"\xff\xfei\x00d", b"id\n\x81\n"]
)
def test_what_is_no_text_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    sheet, problems = read(tmp_path, content)
    assert sheet is None
    assert [problem.code for problem in problems] == ["not_csv"]


def test_a_folder_in_the_place_of_the_file_is_a_problem(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_sheet(tmp_path, "devices.csv", COLUMNS, ("id",), problems) is None
    assert [problem.code for problem in problems] == ["unreadable_file"]


def test_good_rows_before_a_broken_one_are_still_checked(tmp_path: Path) -> None:
    sheet, problems = read(tmp_path, b'id,name\na,x\nb,"y"z\nc,t\n')
    assert sheet is not None
    assert [row.get("id") for row in sheet.rows] == ["a"]
    assert [(problem.place, problem.code) for problem in problems] == [("row 3", "csv_syntax")]


@pytest.mark.parametrize(
    ("text", "value"),
    [("46,5", 46.5), ("-.5", -0.5), ("1e3", 1000.0), ("nan", None), ("1e999", None), ("1_0", None), ("٣", None)],
)
def test_numbers(text: str, value: float | None) -> None:
    assert cells.number(text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23", "2026-11-23"),
        ("23/11/2026", "2026-11-23"),
        ("3/1/2026", "2026-01-03"),
        ("11/23/2026", None),
        ("20261123", None),
        ("2026-W10-1", None),
    ],
)
def test_dates(text: str, expected: str | None) -> None:
    assert cells.iso_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01", -3_600_000),  # Paris was at UTC+1
        ("2024-07-01", 1_719_784_800_000),  # and is at UTC+2 in summer
        ("2024-07-01T00:00", 1_719_784_800_000),
        ("2024-07-01 02:00:00.250+02:00", 1_719_792_000_250),
        ("2024-07-01T25:00", None),
        ("2024-07", None),
    ],
)
def test_instants(text: str, expected: int | None) -> None:
    assert cells.instant(text) == expected


@pytest.mark.parametrize(("text", "code"), [("03190", "03190"), ("2a004", "2A004"), ("1001", None), ("AB123", None)])
def test_communes(text: str, code: str | None) -> None:
    assert cells.commune(text) == code
