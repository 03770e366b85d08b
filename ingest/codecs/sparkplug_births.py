"""What the births of one Sparkplug node and its devices said, and from when on it held.

Each birth holds from the time it was received until the next birth or death. So a message may be read in any order, now
or in a replay next week, and always with the aliases its sender meant; to learn a birth twice changes nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

KEPT: Final = 64
"""Births and deaths of one address: a month of a node that restarts every day. Equal ones share their memory."""
ADDRESSES: Final = 2_048
"""Of one node; the one that was first is forgotten first, so that made-up names cannot fill the memory."""


class Known(NamedTuple):
    """What a birth says of a metric."""

    name: str
    datatype: int


Metrics = Mapping[int | str, Known]
"""By alias and by name."""
NONE: Final[Metrics] = {}
"""A death: from then on nothing is known."""


class Births:
    def __init__(self) -> None:
        self._of: dict[str, dict[int, Metrics]] = {}
        """Address -> time received -> metrics, in the order they were learnt."""

    def learn(self, address: str, since: int, metrics: Metrics) -> None:
        """Remember what holds from a time on, ms."""
        known = self._of.setdefault(address, {})
        if len(self._of) > ADDRESSES:
            del self._of[next(iter(self._of))]
        known[since] = next((same for same in known.values() if same == metrics), metrics)
        if len(known) > KEPT:
            newest = max(known)
            del known[next(one for one in known if one != newest)]

    def bury(self, since: int, *, but: Iterable[str] = ()) -> None:
        """From a time on nothing holds any more, but for some addresses."""
        for address in self._of.keys() - set(but):
            self.learn(address, since, NONE)

    def at(self, address: str, time: int, *, look_ahead: bool) -> Metrics:
        """What holds at a time, ms. `look_ahead` adds what only the next birth tells."""
        known = dict(self._of.get(address, {}))
        found = _in_force(known, time)
        if not look_ahead:
            return found
        later = min((since for since, metrics in known.items() if since > time and metrics), default=None)
        return found if later is None else {**known[later], **found}


def _in_force(known: Mapping[int, Metrics], time: int) -> Metrics:
    since = max((one for one in known if one <= time), default=None)
    return NONE if since is None else known[since]
