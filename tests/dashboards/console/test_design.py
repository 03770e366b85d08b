"""What the style sheets promise: colours that can be read, no text by colour alone, nothing of anybody else's."""

import re
from pathlib import Path

import pytest

from dashboards.console.build import ROOT

CONSOLE = ROOT / "dashboards/console"
STYLE = CONSOLE / "assets/style"
COLOURS = (STYLE / "colours.css").read_text()
SCHEMES = {
    "light": 0,
    "dark": 1,
    "more contrast": 2,
    "more contrast, dark": 3,
}
TEXT = [
    *(("text", ground) for ground in ("page", "sunk", "bad-page", "note-page", "good-page", "info-page")),
    *((ink, ground) for ink in ("quiet", "link") for ground in ("page", "sunk")),
    *((ink, ground) for ink in ("bad", "note", "good", "info") for ground in ("page", "sunk", f"{ink}-page")),
    *(("link", f"{ground}-page") for ground in ("bad", "note", "good")),
    *(("quiet", f"{ground}-page") for ground in ("bad", "note")),
    ("on-bar", "bar"),
    ("on-bad", "bad"),
    ("page", "link"),
    ("page", "text"),
]
"""(ink, ground) as the style sheets use them."""
LINES = [("frame", "page"), ("frame", "sunk"), ("link", "page")]


def schemes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", COLOURS, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in blocks]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_can_be_read(scheme: str) -> None:
    colours, least = schemes()[SCHEMES[scheme]], 7 if scheme.startswith("more") else 4.5
    for ink, ground in TEXT:
        assert contrast(colours[ink], colours[ground]) >= least, (ink, ground)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_line_that_means_something_can_be_seen(scheme: str) -> None:
    colours = schemes()[SCHEMES[scheme]]
    for ink, ground in LINES:
        assert contrast(colours[ink], colours[ground]) >= 3, (ink, ground)


def test_every_scheme_has_every_colour() -> None:
    assert len(schemes()) == len(SCHEMES)
    assert len({frozenset(scheme) for scheme in schemes()}) == 1


def test_colours_stand_in_one_place() -> None:
    for path in STYLE.glob("*.css"):
        if path.name != "colours.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", path.read_text()), path.name


def test_p24_every_level_and_state_has_a_shape_of_its_own() -> None:
    shapes = {path.stem: path.read_text() for path in (STYLE / "shapes").glob("*.svg")}
    assert len(set(shapes.values())) == len(shapes)
    badges = (STYLE / "badges.css").read_text()
    for name in ("critical", "warning", "info", "ok", "late", "silent", "acknowledged", "muted", "unknown"):
        assert name in shapes
        assert f".level.{name}, .state.{name}, .shape.{name} {{ --shape: var(--shape-{name}); }}" in badges


def test_no_page_asks_another_machine() -> None:
    mine = [*(CONSOLE / "assets").rglob("*.css"), *(CONSOLE / "assets").rglob("*.js")]
    for path in mine:
        assert not re.search(r"""(url\(|from |import |fetch\()\s*["']?(https?:)?//""", path.read_text()), path.name


PAGES = sorted(path for path in (CONSOLE / "templates").glob("*.html") if not path.stem.endswith("_print"))
"""Without what is only printed to PDF and never sent to a browser."""


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.name)
def test_no_template_has_what_the_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    for attributes in re.findall(r"<script([^>]*)>", text):
        assert "src=" in attributes or 'type="application/json"' in attributes
