"""How marks are written: a few thousand at once, and what the store refuses is said."""

from collections.abc import Iterable
from itertools import islice

import structlog

from devices.errors import StoreRefused
from devices.mark import Mark
from stores.port import Store

log = structlog.get_logger(__name__)

AT_ONCE = 2_000


def write_marks(store: Store, marks: Iterable[Mark]) -> None:
    """Raises StoreUnavailable: then some may be stored, and all may be written again."""
    waiting = iter(marks)
    while some := list(islice(waiting, AT_ONCE)):
        try:
            store.mark(some)
        except StoreRefused as error:  # the others are in
            reading, words = error.refused[0]
            count, measurement = len(error.refused), reading.series.domain
            log.error("marks_refused_by_store", count=count, measurement=measurement, first=words)  # noqa: TRY400
