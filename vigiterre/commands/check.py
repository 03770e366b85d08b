"""`vigiterre check`: read everything, report every error, exit 1 if there is any."""

import typer

from devices.errors import ConfigError
from vigiterre.configuration import examine
from vigiterre.shell import Shell


def check(context: typer.Context) -> None:
    """Vérifie toute la configuration, sans rien démarrer · Checks the whole configuration, starts nothing."""
    shell: Shell = context.obj
    _, registry, problems = examine(shell.folder)
    with shell.failing():
        if problems:
            raise ConfigError(problems)
    assert registry is not None
    shell.tell("checked", devices=len(registry.devices), models=len(registry.models), n=len(registry.quantities))
