"""`vigiterre check`: read everything, report every error, exit 1 if there is any."""

import typer

from devices.errors import ConfigError
from devices.load import load_registry
from devices.problems import Problem
from devices.registry import Registry
from ingest.codecs import CODECS
from ingest.examples import run_examples
from vigiterre.settings import load_settings
from vigiterre.shell import Shell


def check(context: typer.Context) -> None:
    """Vérifie toute la configuration, sans rien démarrer · Checks the whole configuration, starts nothing."""
    shell: Shell = context.obj
    problems: list[Problem] = []
    registry = None
    try:
        load_settings(shell.folder)
    except ConfigError as error:
        problems += error.problems
    try:
        registry = load_registry(shell.folder)
    except ConfigError as error:
        problems += error.problems
    if registry is not None:
        problems += examples(registry)
    with shell.failing():
        if problems:
            raise ConfigError(problems)
    assert registry is not None
    shell.tell("checked", devices=len(registry.devices), models=len(registry.models), n=len(registry.quantities))


def examples(registry: Registry) -> list[Problem]:
    """Models whose own examples do not decode to what they say."""
    return [
        Problem(f"models/{model.id}.toml", f"examples[{index}]", "example", {"error": fault})
        for model in registry.models.values()
        for index, fault in run_examples(model, registry, CODECS)
    ]
