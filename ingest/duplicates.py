"""Which readings were seen before. A repeated reading is no refusal: it is counted and passed over."""

from collections.abc import Sequence
from marshal import dumps

from devices.reading import Item

KEPT = 50_000
WITHOUT_REFERENCES = 2  # later versions write the same values differently depending on who else holds them

Identity = tuple[str, int | None, int | None, int | None, dict[str, float]]
"""Of a reading: device, own time (ms), running number, its place in the journal if it has neither, values."""


class Duplicates:
    """Remembers the last 50,000 to 100,000 readings that carry their own time or running number.

    What is kept is a 64-bit keyed hash (SipHash, as Python's for bytes) of device, time, number and values: 7 MB at
    most, and one chance in 10^14 a reading to take a new one for a repetition. Equal values at another time, or other
    values at the same time, are other readings. Storage would merge a repetition missed here: this only counts.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._young: set[int] = set()
        self._old: set[int] = set()

    def seen(self, item: Item) -> bool:
        """True when this very reading came before; remembers it otherwise."""
        return bool(self.among([(item.device, item.time, item.seq, None, item.values)]))

    def among(self, readings: Sequence[Identity]) -> set[int]:
        """The indexes of those that came before, or stand in it twice; remembers the others."""
        keys = [hash(dumps(one, WITHOUT_REFERENCES)) for one in readings]
        fresh = set(keys)
        if len(fresh) == len(keys) and fresh.isdisjoint(self._young) and fresh.isdisjoint(self._old):
            self._young |= fresh
            self._age()
            return set()
        return {index for index, key in enumerate(keys) if self._known(key)}

    def refused(self, device: str, payload: bytes, index: int) -> bool:
        """The same for the item of this index of a payload that was refused: two of them may differ in what is bad."""
        return self._known(hash((device, payload, index)))

    def _known(self, key: int) -> bool:
        if key in self._young or key in self._old:
            return True
        self._young.add(key)
        self._age()
        return False

    def _age(self) -> None:
        if len(self._young) >= self.kept:
            self._old, self._young = self._young, set()
