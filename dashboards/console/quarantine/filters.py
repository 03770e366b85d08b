"""Which refusals the page lists, and what a form of it is about."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboards.console.pieces.asked import Asked
from dashboards.console.texts import REASONS

LAST_PAGE = 10_000_000


class Filters(NamedTuple):
    """What is empty does not filter."""

    reason: str = ""
    device: str = ""
    q: str = ""
    """In topic, device or detail."""

    @property
    def chosen(self) -> Mapping[str, str]:
        """As they stand in an address."""
        return {name: value for name, value in self._asdict().items() if value}

    @property
    def of_source(self) -> Mapping[str, str]:
        """As the quarantine takes them."""
        given = {"reason": self.reason, "device": self.device, "text": self.q}
        return {name: value for name, value in given.items() if value}

    @property
    def of_command(self) -> dict[str, Any]:
        """Of the commands `quarantine_replay` and `quarantine_purge`, which know no text."""
        return {"reason": self.reason or None, "device": self.device or None}


def read_filters(asked: Asked) -> Filters:
    return Filters(asked.one_of("reason", REASONS["fr"]), asked.text("device"), asked.text("q"))
