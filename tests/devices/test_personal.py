"""What a catalogue says of quantities that may tell of persons, and what it may not say."""

import tomllib
from pathlib import Path

import pytest

from devices.catalogue import read_quantities
from devices.load import load_registry
from devices.problems import LANGUAGES, Problem
from devices.quantity import Personal, own_retention
from devices.texts import PROBLEMS

CONFIG = Path(__file__).parents[2] / "config"
DOOR = """
[door_open]
label = { fr = "Porte", en = "Door" }
unit = "1"
min = 0.0
max = 1.0
kind = "gauge"
aggregate = "last"
source = "test"
"""


def read(folder: Path, keys: str) -> tuple[Personal | None, list[Problem]]:
    """Of the door with these lines, and what is wrong."""
    file = folder / "quantities.toml"
    file.write_text(DOOR + keys, encoding="utf-8")
    problems: list[Problem] = []
    found = read_quantities(file, "quantities.toml", problems)
    assert found is not None
    door = found["door_open"]
    return door.personal if door else None, problems


def test_presence_and_doors_are_personal_as_shipped_and_meters_of_public_buildings_are_not() -> None:
    quantities = load_registry(CONFIG).quantities
    assert own_retention(quantities) == dict.fromkeys(("occupancy", "people_count", "motion", "door_open"), 30)
    assert quantities["active_energy"].personal is None


def test_a_personal_quantity_has_its_step_and_its_retention(tmp_path: Path) -> None:
    found = read(tmp_path, "personal = true\nminimum_aggregation = 1440\nretention_days = 7\n")
    assert found == (Personal(1440, 7), [])


def test_a_quantity_is_impersonal_where_nothing_else_is_said(tmp_path: Path) -> None:
    assert read(tmp_path, "") == (None, [])
    assert read(tmp_path, "personal = false\n") == (None, [])


@pytest.mark.parametrize(
    ("keys", "places", "code"),
    [
        ("personal = true\nretention_days = 7\n", ["line 2, door_open"], "missing_key"),
        ("personal = true\nminimum_aggregation = 60\n", ["line 2, door_open"], "missing_key"),
        ("personal = 1\n", ["line 10, door_open.personal"], "not_flag"),
        (
            "personal = true\nminimum_aggregation = 15\nretention_days = 7\n",
            ["line 11, door_open.minimum_aggregation"],
            "bad_minimum_aggregation",
        ),
        (
            "personal = true\nminimum_aggregation = 60\nretention_days = 0\n",
            ["line 12, door_open.retention_days"],
            "not_positive",
        ),
        ("retention_days = 7\n", ["line 10, door_open.retention_days"], "personal_unexpected"),
        (
            "personal = false\nminimum_aggregation = 60\nretention_days = 7\n",
            ["line 11, door_open.minimum_aggregation", "line 12, door_open.retention_days"],
            "personal_unexpected",
        ),
    ],
)
def test_what_a_personal_quantity_lacks_or_says_too_much_is_told_with_its_line(
    tmp_path: Path, keys: str, places: list[str], code: str
) -> None:
    _, problems = read(tmp_path, keys)
    assert [problem.code for problem in problems] == [code] * len(places)
    assert [problem.place for problem in problems] == places
    for problem in problems:
        assert all(problem.text(language) for language in LANGUAGES)


def test_no_state_or_text_of_a_person_can_be_a_quantity() -> None:
    """Each value of the catalogue is a number between two numbers: a name, a plate or an address is none."""
    for table in tomllib.loads((CONFIG / "quantities.toml").read_text(encoding="utf-8")).values():
        assert isinstance(table["min"], int | float)
        assert isinstance(table["max"], int | float)


def test_the_words_of_each_refusal_are_typeset_in_french() -> None:
    for code in ("bad_minimum_aggregation", "personal_unexpected", "personal_retention"):
        assert " ;" not in PROBLEMS[code]["fr"]
        assert "« " not in PROBLEMS[code]["fr"]
