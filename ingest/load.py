"""Loads what the way in needs of a configuration folder: the registry and the sources, or everything that is wrong."""

from collections.abc import Collection
from pathlib import Path

from devices.errors import ConfigError
from devices.load import load_registry
from devices.problems import Problem
from devices.registry import Registry
from ingest.sources import Sources, read_sources


def load_territory(folder: Path, root: str, source_codecs: Collection[str]) -> tuple[Registry, Sources]:
    """Raises ConfigError with every problem of both."""
    problems: list[Problem] = []
    registry = None
    try:
        registry = load_registry(folder)
    except ConfigError as error:
        problems += error.problems
    sources = read_sources(folder, source_codecs, root, problems)
    if problems or registry is None:
        raise ConfigError(problems)
    return registry, sources
