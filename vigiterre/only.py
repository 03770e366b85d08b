"""The parts of the work that a process may do alone, and what their settings must be for that."""

from enum import StrEnum

from devices.errors import ConfigError
from devices.problems import Problem
from vigiterre.settings import FILE, Settings


class Only(StrEnum):
    """`vigiterre run --only`."""

    INGEST = "ingest"
    """A worker: receives, validates, stores, passes on."""
    ALERTS = "alerts"
    """One process: judges what all workers pass on, tells people, rolls up, serves the pages."""


def unfit(settings: Settings) -> list[Problem]:
    """What keeps these settings from being those of one process of several."""
    if settings.store.url.startswith(("influxdb://", "influxdbs://")):
        return []
    return [Problem(FILE, "store.url", "only_needs_server")]


def check_only(settings: Settings) -> None:
    """Raises ConfigError."""
    if problems := unfit(settings):
        raise ConfigError(problems)
