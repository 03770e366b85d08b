"""Tests side by side: those that wait for servers have the machine first, the others what they leave of it.

Waiting costs nothing, so more run than there are cores; but what runs on real servers is late when others compute
beside it, and a few of these tests are about what is late.
"""

import os
from pathlib import PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

FIRST = 3
"""Workers that take the tests of servers."""
NICE = 5
"""Of the others: a third of the weight of one that is not."""


def waits(path: PurePath | str) -> bool:
    return bool({"system", "faults"} & set(PurePath(path).parts))


def is_first(worker: str) -> bool:
    """gw0, gw1, …"""
    return int(worker.removeprefix("gw")) < FIRST


def step_back(config: pytest.Config) -> None:
    """One of the other workers: what it starts has less weight, too."""
    worker = getattr(config, "workerinput", {}).get("workerid")
    if worker and not is_first(worker):
        os.nice(NICE)


class Beside(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file at a time; to each worker those of its kind as long as there are any."""

    def _assign_work_unit(self, node: Any) -> None:
        wanted = is_first(node.gateway.id)
        scope = next((scope for scope in self.workqueue if waits(scope) is wanted), None)
        if scope is not None:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)
