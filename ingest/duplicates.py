"""Which readings were seen before. A repeated reading is no refusal: it is counted and passed over."""

import marshal
from typing import Any

from devices.reading import Item

KEPT = 100_000
MARSHAL_WITHOUT_REFERENCES = 2  # later versions write the same values differently depending on who else holds them


class Duplicates:
    """Remembers the last 100,000 to 200,000 readings that carry their own time or running number.

    What is kept is a 64-bit keyed hash (SipHash, as Python's for bytes) of device, time, number and values: 14 MB at
    most, and one chance in 10^14 a reading to take a new one for a repetition. Equal values at another time, or other
    values at the same time, are other readings. Storage would merge a repetition missed here: this only counts.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._young: set[int] = set()
        self._old: set[int] = set()

    def seen(self, item: Item) -> bool:
        """True when this very reading came before; remembers it otherwise."""
        return self._known((item.device, item.time, item.seq, item.values))

    def refused(self, device: str, payload: bytes, index: int) -> bool:
        """The same for the item of this index of a payload that was refused: two of them may differ in what is bad."""
        return self._known((device, payload, index))

    def _known(self, what: Any) -> bool:
        key = hash(marshal.dumps(what, MARSHAL_WITHOUT_REFERENCES))
        if key in self._young or key in self._old:
            return True
        self._young.add(key)
        if len(self._young) >= self.kept:
            self._old, self._young = self._young, set()
        return False
