"""Loads what the way in needs of a configuration folder, or says everything that is wrong with it."""

from pathlib import Path
from typing import NamedTuple

from devices.errors import ConfigError
from devices.load import MODELS, load_registry
from devices.problems import Problem, near
from devices.registry import Registry
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.decoding import OBJECT, SCRIPT
from ingest.sources import Sources, read_sources

SCRIPTS = "codecs"
"""Folder of the makers' JavaScript codecs."""
SCRIPT_BYTES = 1_048_576


class Territory(NamedTuple):
    registry: Registry
    sources: Sources
    scripts: dict[str, str]
    """Name of a file in `codecs/` -> its text."""


def load_territory(folder: Path, root: str) -> Territory:
    """`root`: the first topic levels of our own devices. Raises ConfigError with every problem of every file."""
    problems: list[Problem] = []
    registry = None
    try:
        registry = load_registry(folder)
    except ConfigError as error:
        problems += error.problems
    sources = read_sources(folder, source_codecs(), root, problems)
    scripts = read_scripts(folder / SCRIPTS, problems)
    if registry is not None:
        problems += _unknown_codecs(registry, scripts)
    if problems or registry is None:
        raise ConfigError(problems)
    return Territory(registry, sources, scripts)


def read_scripts(folder: Path, problems: list[Problem]) -> dict[str, str]:
    """The texts of all codecs; none when there is no such folder."""
    scripts = {}
    for path in sorted(folder.glob(f"*{SCRIPT}")):
        name = f"{SCRIPTS}/{path.name}"
        try:
            if path.stat().st_size > SCRIPT_BYTES:
                problems.append(Problem(name, "", "script_too_large", {"limit": SCRIPT_BYTES // 1024}))
                continue
            scripts[path.name] = path.read_text(encoding="utf-8")
        except OSError as error:
            problems.append(Problem(name, "", "unreadable_file", {"detail": error.strerror}))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problems.append(Problem(name, f"line {line}", "not_utf8"))
    return scripts


def _unknown_codecs(registry: Registry, scripts: dict[str, str]) -> list[Problem]:
    known = {*CODECS, *PAYLOADS, OBJECT, *scripts}
    return [
        Problem(
            f"{MODELS}/{model.id}.toml",
            "codec",
            "unknown_codec",
            {"value": model.codec, "known": near(model.codec, known)},
        )
        for model in registry.models.values()
        if model.codec not in known
    ]
