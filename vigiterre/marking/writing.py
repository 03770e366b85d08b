"""How marks are written: a few thousand at once, and what the store refuses is said."""

from collections.abc import Sequence

import structlog

from devices.errors import StoreRefused
from devices.mark import Mark
from stores.port import Store

log = structlog.get_logger(__name__)

AT_ONCE = 2_000


def write_marks(store: Store, marks: Sequence[Mark]) -> None:
    """Raises StoreUnavailable: then some may be stored, and all may be written again."""
    for first in range(0, len(marks), AT_ONCE):
        try:
            store.mark(marks[first : first + AT_ONCE])
        except StoreRefused as error:  # the others are in
            reading, words = error.refused[0]
            count, measurement = len(error.refused), reading.series.domain
            log.error("marks_refused_by_store", count=count, measurement=measurement, first=words)  # noqa: TRY400
