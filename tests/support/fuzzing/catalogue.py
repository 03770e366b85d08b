"""All targets, and how many inputs of a thousand each is given: cheap ones many, those of whole folders few."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fuzzing.asking import Queries, Secrets
from fuzzing.configuration import Forms, Sheets, Toml
from fuzzing.disk import Journals, Quarantines, SmallFiles
from fuzzing.messages import Heard, Native, Payloads
from fuzzing.scripts import Scripts
from fuzzing.storing import Lines, Servers
from fuzzing.target import Target
from fuzzing.wire import Brokers, Frames


class Plan(NamedTuple):
    share: int
    """Of PARTS."""
    make: Callable[[Path], Target]
    """Given an empty folder of its own."""


PARTS = 1_000
TARGETS: dict[str, Plan] = {
    "frames": Plan(200, Frames),
    "brokers": Plan(30, Brokers),
    "native": Plan(180, Native),
    "heard": Plan(160, Heard),
    "payloads": Plan(130, Payloads),
    "scripts": Plan(10, Scripts),
    "toml": Plan(20, Toml),
    "sheets": Plan(20, Sheets),
    "forms": Plan(6, Forms),
    "journal": Plan(30, Journals),
    "small-files": Plan(40, SmallFiles),
    "quarantine": Plan(4, Quarantines),
    "servers": Plan(30, Servers),
    "lines": Plan(70, Lines),
    "queries": Plan(40, Queries),
    "secrets": Plan(30, Secrets),
}


def amounts(inputs: int) -> dict[str, int]:
    """Target -> inputs, at least one each; together not fewer than asked for."""
    return {name: -(-inputs * plan.share // PARTS) for name, plan in TARGETS.items()}
