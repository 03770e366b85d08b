"""Every pain of docs/pains.md has a test of its number, or says whose it is; every test named there exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/pains.md").read_text()
NUMBERS = range(1, 26)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
DEFINED = re.compile(r"^(?:async )?def (test_(?:p\d\d_)+\w+)\(", re.MULTILINE)
OWNED = "**Owned by "


def section(number: int) -> str:
    _, _, after = PAGE.partition(f"\n## P{number} · ")
    return after.partition("\n## ")[0]


def numbers(name: str) -> set[int]:
    """Those that a test's name carries."""
    carried = re.match(r"test_((?:p\d\d_)*)", name)
    return set(map(int, re.findall(r"\d\d", carried[1]))) if carried else set()


@pytest.mark.parametrize("number", NUMBERS)
def test_every_pain_has_a_test_of_its_number_or_says_whose_it_is(number: int) -> None:
    found = section(number)
    named = [name for _, name in NAMED.findall(found)]
    assert named, f"P{number} names no test"
    assert OWNED in found or any(number in numbers(name) for name in named), f"no test of P{number} carries its number"


def test_every_test_that_the_page_names_exists() -> None:
    for file, name in NAMED.findall(PAGE):
        assert re.search(rf"^(?:async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}: {name}"


def test_every_test_that_carries_a_number_is_named_under_it() -> None:
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in DEFINED.findall(file.read_text()):
            entry = f"`{file.relative_to(ROOT)}::{name}`"
            for number in numbers(name):
                assert entry in section(number), f"docs/pains.md: write {entry} under P{number}"


def test_the_page_has_these_pains_and_no_others() -> None:
    assert [int(number) for number in re.findall(r"^## P(\d+) · ", PAGE, re.MULTILINE)] == [*NUMBERS]
