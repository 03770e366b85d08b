"""Tests side by side: those that wait for servers go on all the time, two at once, the others beside them.

So what runs on real servers, and is late when others compute, never meets more than one of its kind; and nobody waits
for it alone in the end.
"""

from pathlib import PurePath
from typing import Any

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

FIRST = 2
"""Workers that take the tests of servers."""


def waits(path: PurePath | str) -> bool:
    return bool({"system", "faults"} & set(PurePath(path).parts))


def is_first(worker: str) -> bool:
    """gw0, gw1, …"""
    return int(worker.removeprefix("gw")) < FIRST


class Beside(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file at a time; to each worker those of its kind as long as there are any."""

    def _assign_work_unit(self, node: Any) -> None:
        wanted = is_first(node.gateway.id)
        scope = next((scope for scope in self.workqueue if waits(scope) is wanted), None)
        if scope is not None:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)
