"""Every text that people read exists in French and in English, and tells the same facts in both."""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from devices.problems import Bilingual
from vigiterre.texts import TEXTS, said

ROOT = Path(__file__).parents[2]
ROOMS = ("devices", "stores", "alerts", "ingest", "dashboards", "vigiterre")
FILES = sorted(
    path.relative_to(ROOT)
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if path.name in ("texts.py", "trouble.py") or (path.parent.name == "texts" and path.stem != "__init__")
)
DIVIDED = sorted({file.parent for file in FILES if file.parent.name == "texts"})
"""Folders of texts; the `__init__` of each puts one table together."""
LANGUAGES = {"fr", "en"}
WORDS = (
    "min|h|s|m|ISO|total|DevEUI|JSON|RSSI|SNR|[Cc]ommune|[Ss]ites?|Page|Vigiterre|Codec|[Ii]nformation|Alias|Message"
    "|Latitude|Longitude|Altitude|Action|Sources"
)
SAME = re.compile(rf"([\W\d_]|\{{\w+\}}|\b({WORDS})\b)*")
"""What may be the same in both languages: symbols, facts alone, and words that are."""
SAID_BY_PREFIX = ("column_", "outcome_", "audit_head_", "scope_", "state_")


def pairs(value: object, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(where, French, English) of every text of a table, whichever of our shapes it has."""
    match value:
        case {"fr": str(french), "en": str(english)}:
            yield path, french, english
        case {"fr": dict(french), "en": dict(english)}:
            assert french.keys() == english.keys(), path
            yield from pairs({key: {"fr": french[key], "en": english[key]} for key in french}, path)
        case {"fr": tuple(french), "en": tuple(english)}:
            yield from pairs(tuple(zip(french, english, strict=True)), path)
        case (str(french), str(english)):
            yield path, french, english
        case dict(entries):
            assert not LANGUAGES & entries.keys(), f"{path}: one language is missing"
            for key, entry in entries.items():
                yield from pairs(entry, f"{path}.{key}")
        case tuple(entries):
            yield from pairs(dict(enumerate(entries)), path)
        case _:
            raise AssertionError(f"{path}: {value!r} is no text in two languages")


def dictionaries(file: Path) -> dict[str, dict[str, object]]:
    """The tables of a module, or of a package, by their names."""
    module = importlib.import_module(".".join(file.with_suffix("").parts))
    return {name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, dict)}


def tables(file: Path) -> Iterator[tuple[str, str, str]]:
    for name, value in dictionaries(file).items():
        yield from pairs(value, f"{room(file)}.{name}")


def room(file: Path) -> str:
    """Whose texts these are: the folder around `texts.py`, or around the folder `texts`."""
    return file.parent.parent.name if file.parent.name == "texts" else file.parent.name


def facts(text: str) -> set[str]:
    return {f"{name}:{form}" for _, name, form, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_text_exists_in_both_languages_and_tells_the_same_facts(file: Path) -> None:
    found = list(tables(file))
    assert found
    for where, french, english in found:
        assert facts(french) == facts(english), where
        assert bool(french.strip()) == bool(english.strip()), where


@pytest.mark.parametrize("file", FILES, ids=str)
def test_no_text_was_left_untranslated(file: Path) -> None:
    for where, french, english in tables(file):
        assert french != english or SAME.fullmatch(french), f"{where}: {french}"


def test_every_room_that_speaks_to_people_was_looked_at() -> None:
    assert {room(path) for path in FILES} >= {"devices", "stores", "ingest", "console", "doctor", "vigiterre"}


@pytest.mark.parametrize("folder", DIVIDED, ids=str)
def test_a_divided_table_holds_every_key_of_its_files_and_none_is_in_two(folder: Path) -> None:
    files = [dictionaries(file) for file in FILES if file.parent == folder]
    for name, whole in dictionaries(folder).items():
        assert Counter(key for file in files for key in file.get(name, {})) == Counter(whole.keys())


def test_every_text_of_the_command_line_is_said_by_somebody() -> None:
    files = [path for path in (ROOT / "vigiterre").rglob("*.py") if "texts" not in (path.stem, path.parent.name)]
    literals = {
        one.value
        for path in files
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    assert not {key for key in TEXTS if key not in literals and not key.startswith(SAID_BY_PREFIX)}


def test_a_bilingual_is_english_to_a_log_and_french_to_who_asks_for_it() -> None:
    words = said("purged", purged=3)
    assert str(words) == "Refusals deleted: 3."
    assert words.text("fr") == "Refus effacés : 3."
    nested = said("bind_refused", host="h", port=1, detail=Bilingual("occupé", "busy"))
    assert "occupé" in nested.text("fr")
    assert "busy" in nested.text("en")
