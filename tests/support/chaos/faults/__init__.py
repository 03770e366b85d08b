"""Every fault there is. A new module adds its `FAULTS` here."""

from chaos.fault import Fault
from chaos.faults import clock, damage, disk, limits, link, loads, ours, poison, processes, store, traffic


def all_faults() -> list[type[Fault]]:
    return [
        *processes.FAULTS,
        *link.FAULTS,
        *store.FAULTS,
        *traffic.FAULTS,
        *ours.FAULTS,
        *disk.FAULTS,
        *limits.FAULTS,
        *poison.FAULTS,
        *damage.FAULTS,
        *clock.FAULTS,
        *loads.FAULTS,
    ]


def chosen(words: str) -> list[type[Fault]]:
    """Those whose name has one of these words, separated by commas; `all` is all. Raises ValueError."""
    every = all_faults()
    if words == "all":
        return every
    found: list[type[Fault]] = []
    for word in words.split(","):
        of_it = [one for one in every if word and word in one.name]
        if not of_it:
            raise ValueError(f"no fault is called {word!r}; there are {', '.join(one.name for one in every)}")
        found += [one for one in of_it if one not in found]
    return found
