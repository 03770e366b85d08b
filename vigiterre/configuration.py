"""All that can be wrong with a configuration folder, found in one pass: settings, territory, sources, examples."""

from pathlib import Path
from typing import NamedTuple

from devices.errors import ConfigError
from devices.problems import Problem
from devices.registry import Registry
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.examples import run_examples
from ingest.load import load_territory
from ingest.sift import Formats
from ingest.sources import Sources
from vigiterre.settings import MqttSettings, Settings, load_settings


class Configuration(NamedTuple):
    """What could be read, and every problem."""

    settings: Settings | None
    registry: Registry | None
    problems: list[Problem]


def examine(folder: Path) -> Configuration:
    """Read a configuration folder as `vigiterre run` would, and run the examples of its models."""
    problems: list[Problem] = []
    settings = registry = None
    try:
        settings = load_settings(folder)
    except ConfigError as error:
        problems += error.problems
    root = settings.mqtt.root if settings else MqttSettings().root
    try:
        registry, sources, _ = load_territory(folder, root)
    except ConfigError as error:
        problems += error.problems
    else:
        problems += _examples(registry, sources)
    return Configuration(settings, registry, problems)


def _examples(registry: Registry, sources: Sources) -> list[Problem]:
    """Models whose own examples do not decode to what they say."""
    formats = Formats(CODECS, source_codecs(), PAYLOADS, sources)
    return [
        Problem(f"models/{model.id}.toml", f"examples[{index}]", "example", {"error": fault})
        for model in registry.models.values()
        for index, fault in run_examples(model, registry, formats)
    ]
