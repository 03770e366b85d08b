"""Documentation as something to run: the blocks of a page, and paths put where a test may write."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import typer

from vigiterre.__main__ import app

ROOT = Path(__file__).parents[2]


class Page(NamedTuple):
    text: str

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)

    def block(self, language: str, holding: str) -> str:
        """The only block of this language that holds these words."""
        [found] = [block for block in self.blocks(language) if holding in block]
        return found


def read_page(name: str) -> Page:
    """`docs/production.md` by its path in the repository."""
    return Page((ROOT / name).read_text())


def placed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def assert_command_exists(words: list[str]) -> None:
    """Fails unless these words are a command of ours with its options."""
    command: Any = typer.main.get_command(app)
    for word in words:
        if word.startswith("--"):
            options = [option for parameter in command.params for option in parameter.opts]
            assert word.partition("=")[0] in options, (word, options)
        elif hasattr(command, "list_commands") and word in command.list_commands(None):
            command = command.get_command(None, word)
    assert not hasattr(command, "list_commands"), words
