"""File descriptors of this process: without a free one nobody connects, and no file is opened."""

import os
import resource

from devices.problems import NOTHING, Bilingual
from vigiterre.texts import said

SHARE = 0.8
OPEN = "/proc/self/fd"


def raise_limit() -> None:
    """As far as the system allows: many pages that follow live data keep a connection each."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def trouble() -> Bilingual:
    """Empty while there are enough, or where nobody can tell."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return NOTHING
    try:
        used = len(os.listdir(OPEN))  # noqa: PTH208  -- names are enough
    except FileNotFoundError:
        return NOTHING
    except OSError:  # looking takes one
        used = limit
    return said("descriptors_used", used=used, limit=limit) if used >= SHARE * limit else NOTHING
