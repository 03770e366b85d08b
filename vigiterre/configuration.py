"""All that can be wrong with a configuration folder, in one pass: settings, territory, sources, examples, alerts."""

from pathlib import Path
from typing import NamedTuple

from alerts.load import load_alerts
from devices.errors import ConfigError
from devices.problems import Problem
from devices.registry import Registry
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.examples import run_examples
from ingest.load import SCRIPTS, Territory, load_territory
from ingest.sandbox import Sandbox
from ingest.sift import Formats
from vigiterre.personal import unkept
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
        territory = load_territory(folder, root)
    except ConfigError as error:
        problems += error.problems
    else:
        registry = territory.registry
        problems += unkept(folder, settings, registry.quantities) if settings else []
        problems += _examples(territory)
        try:
            load_alerts(folder, registry)
        except ConfigError as error:
            problems += error.problems
    return Configuration(settings, registry, problems)


def _examples(territory: Territory) -> list[Problem]:
    """Codecs that cannot be called, and models whose own examples do not decode to what they say."""
    registry, sources, scripts = territory
    with Sandbox(scripts) as sandbox:
        formats = Formats(CODECS, source_codecs(), PAYLOADS, sources, sandbox.decode)
        broken = sandbox.check() if scripts else {}
        return [
            *(Problem(f"{SCRIPTS}/{name}", "", "script_broken", {"error": words}) for name, words in broken.items()),
            *(
                Problem(f"models/{model.id}.toml", f"examples[{index}]", "example", {"error": fault})
                for model in registry.models.values()
                if model.codec not in broken
                for index, fault in run_examples(model, registry, formats)
            ),
        ]
