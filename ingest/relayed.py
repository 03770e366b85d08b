"""What workers have accepted, where the alerts are judged: a sieve that judges it no more, and a store that has it."""

from collections.abc import Iterable, Sequence
from itertools import repeat

from pydantic import ValidationError

from devices.reading import Message, Reading, Reason, Refusal, Series
from devices.registry import Registry
from ingest.batch import WHOLE_MESSAGE, Batch, Refused
from ingest.duplicates import Duplicates
from ingest.frames import Frames
from ingest.journal import Entry
from ingest.live import READINGS, batches, live_root
from ingest.live import Batch as Told
from ingest.plain import new_reading
from ingest.sift import Formats, Opened, Sieve


class RelayedSieve(Sieve):
    """`root` is that of the devices. What is no batch of a worker is refused, with its bytes, like any bad message.

    Nothing is a duplicate here: what a worker tells again after a crash changes nothing where it goes.
    """

    def __init__(self, registry: Registry, root: str) -> None:
        super().__init__(registry, Formats({}), Duplicates(), Frames(), root=root)
        self._topics = f"{live_root(root)}/{READINGS}/"
        self._series: dict[tuple[str, ...], Series] = {}
        """Each once: the alerts tell by identity whether a device stands where it stood."""

    def open(self, entries: Iterable[Entry]) -> Opened:
        batch = Batch()
        for entry in entries:
            if entry.message.topic.startswith(self._topics):
                self._take(entry, batch)
            else:
                batch.ignored += 1
        return Opened(batch, [], [])

    def devices_of(self, message: Message) -> set[str]:
        told = _told(message)
        return set() if isinstance(told, str) else {series[1] for series, *_ in told["readings"]}

    def _take(self, entry: Entry, batch: Batch) -> None:
        told = _told(entry.message)
        if isinstance(told, str):
            batch.refused.append(Refused(entry, WHOLE_MESSAGE, Refusal(Reason.SCHEMA, told)))
            return
        known, append = self._series, batch.readings.append
        for tags, time, values in told["readings"]:
            append(new_reading((known.get(tags) or self._learn(tags), time, values)))
        if not told["replayed"] and not entry.message.replayed:
            batch.origins += zip(repeat(entry), range(len(told["readings"])))
            return
        old = entry._replace(message=entry.message._replace(replayed=True))
        flags = told["replayed"] or [True] * len(told["readings"])
        batch.replayed += any(flags)
        batch.origins += [(old if flag else entry, number) for number, flag in enumerate(flags)]

    def _learn(self, tags: tuple[str, str, str, str, str]) -> Series:
        series = self._series[tags] = Series(*tags)
        return series


class StoredElsewhere:
    """The store of this process's pipeline: each worker stored what it passed on, and noted the hours it touched."""

    def ensure_schema(self) -> None:
        """Theirs."""

    def write(self, readings: Sequence[Reading]) -> None:
        """They did."""

    def touch(self, readings: Sequence[Reading]) -> None:
        """They tell of it: ingest/live.py, `late`."""


def _told(message: Message) -> Told | str:
    """What a worker told, or why it cannot be read."""
    try:
        told = batches.validate_json(message.payload)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, fault['loc'])) or 'message'}: {fault['msg']}"
    if told["replayed"] and len(told["replayed"]) != len(told["readings"]):
        return f"replayed: {len(told['replayed'])} flags for {len(told['readings'])} readings"
    return told
