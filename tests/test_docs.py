"""The documentation says all there is, and only what is there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from devices.reading import Reason
from ingest.counts import Counts
from vigiterre.__main__ import app
from vigiterre.metrics import Metrics
from vigiterre.settings import setting_names

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """(`devices list`, its options) of every command."""
    if hasattr(command, "commands"):
        inner = ((name, command.get_command(None, name)) for name in command.list_commands(None))
        return [found for name, one in inner for found in commands(one, (*path, name))]
    options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
    return [(" ".join(path), [option for option in options if option != "--help"])]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs/commands.md").read_text()
    for name, options in commands(typer.main.get_command(app)):
        section = text.partition(f"## `vigiterre {name}`\n")[2].partition("\n## ")[0]
        assert section, name
        for option in options:
            assert f"`{option}`" in section, f"{name} {option}"


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/settings.md").read_text()
    for name in setting_names():
        assert f"| `{name}` |" in text, name


def test_every_quantity_is_documented() -> None:
    text = (ROOT / "docs/quantities.md").read_text()
    for name in tomllib.loads((ROOT / "config/quantities.toml").read_text()):
        assert f"`{name}`" in text, name


def test_every_reason_of_refusal_is_documented() -> None:
    text = (ROOT / "docs/refusals.md").read_text()
    for reason in Reason:
        assert f"| `{reason.value}` |" in text


def test_every_metric_is_documented_and_there_at_zero() -> None:
    text = (ROOT / "docs/metrics.md").read_text()
    shown = Metrics(Counts(), []).text().decode()
    for name in set(re.findall(r"^# TYPE (\w+)", shown, re.MULTILINE)):
        if not name.endswith("_created"):
            assert f"`{name}" in text, name
    source = "".join(path.read_text() for path in (ROOT / "vigiterre").glob("*.py"))
    for kind, name in re.findall(r'(counter|gauge)\("(\w+)"', source):
        suffix = "_total" if kind == "counter" else ""
        assert f"`vigiterre_{name}{suffix}`" in text, name
    for reason in Reason:
        assert f'vigiterre_readings_refused_total{{reason="{reason.value}"}} 0.0' in shown
