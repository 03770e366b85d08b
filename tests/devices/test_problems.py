"""Every message: one bad configuration each, found by listing, and laws over all texts."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from devices.errors import ConfigError
from devices.load import load_registry
from devices.problems import MANY, Problem, near
from devices.texts import PROBLEMS

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "data" / "bad"
CODE = re.compile(r"\b\w+://[^\s,]+|\b(?:env|file):[\w/]+")
"""What a person must write as it stands: its colons and question marks are no punctuation."""
ROOMS = ("devices", "stores", "alerts", "ingest", "dashboards", "vigiterre")


def cases() -> list[str]:
    return sorted(folder.name for folder in BAD.iterdir() if (folder / "expected.txt").exists())


def literals(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("case", cases())
def test_a_bad_configuration_is_told_all_that_is_wrong_with_it(case: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_registry(BAD / case)
    problems = caught.value.problems
    assert [problem.text("en") for problem in problems] == (BAD / case / "expected.txt").read_text().splitlines()
    if case in PROBLEMS:
        assert case in {problem.code for problem in problems}


def test_every_message_of_this_room_has_its_bad_configuration_or_its_test() -> None:
    source = set[str]().union(*(literals(file) for file in (ROOT / "devices").glob("*.py")))
    tested = set[str]().union(*(literals(file) for file in (ROOT / "tests" / "devices").glob("test_*.py")))
    assert not {code for code in PROBLEMS if code in source} - {*cases(), *tested}


def test_every_message_is_said_by_somebody() -> None:
    everywhere = (file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    files = [file for file in everywhere if "texts" not in (file.stem, file.parent.name)]
    assert not set(PROBLEMS) - set[str]().union(*map(literals, files))


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_both_languages_tell_the_same_facts_and_a_remedy(code: str) -> None:
    texts = PROBLEMS[code]
    assert set(texts) == {"fr", "en"}
    assert placeholders(texts["fr"]) == placeholders(texts["en"])
    assert all(";" in text or ":" in text for text in texts.values())


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_french_texts_follow_french_typography(code: str) -> None:
    text = CODE.sub("code", PROBLEMS[code]["fr"])
    assert not re.search(r"[^\u00a0][;?!»]|«[^\u00a0]", text)
    assert not re.search(r"[^\u00a0]:(?!\d|//)", text), "a no-break space precedes a colon, but in 08:00 and mqtt://"
    assert "'" not in text


def test_places_are_said_in_the_language_of_the_reader() -> None:
    problem = Problem("devices.csv", "row 12, column model", "empty_cell")
    assert problem.text("en").startswith("devices.csv: row 12, column model: the cell")
    assert problem.text("fr").startswith("devices.csv\u00a0: ligne 12, colonne model\u00a0: la cellule")


def test_a_name_that_holds_the_word_row_is_not_translated() -> None:
    assert "row.column" in Problem("models/x.toml", "line 3, row.column", "not_table", {"value": 1}).text("fr")


def test_near_names_the_likely_ones_first_and_few() -> None:
    many = [f"capteur-{number:04}" for number in range(MANY * 4)]
    assert near("humidite", ["humidity", "co2", "rain", "wind", "snow", "leak"]) == "humidity"
    assert near("zzz", ["a", "b"]) == "a, b"
    assert near("x", []) == "-"
    assert "capteur-0100" in near("capteur-0100b", many)
    assert near("zzzz", many)
    assert len(near("qqq", ["a", "b", "c", "d", "e", "f", "g"]).split(", ")) <= 6
