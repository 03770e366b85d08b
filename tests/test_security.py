"""Every row of the threat model in docs/security.md names tests, and every test named there exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = re.compile(r"`((?:tests|alerts|vigiterre)/[\w/]+\.py)::(test_\w+)`")
COLUMNS = 4
"""Asset, threat, what stops it, tests."""


def rows() -> list[list[str]]:
    """The cells of each row of each table of threats."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|") and not re.match(r"\|[\s|:-]+\|$", line)]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if not row[0].startswith("Asset")]


def test_every_threat_is_stopped_by_something_that_a_test_shows() -> None:
    found = rows()
    assert len(found) >= 30
    for row in found:
        assert len(row) == COLUMNS, row
        assert NAMED.findall(row[-1]), f"no test shows it: {row}"


def test_every_test_that_the_page_names_exists() -> None:
    for file, name in NAMED.findall(PAGE):
        assert re.search(rf"^(?:async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}: {name}"
