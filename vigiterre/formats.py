"""Registry and codecs of a folder, JavaScript included, for commands that need neither journal nor store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from devices.registry import Registry
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.load import load_territory
from ingest.sandbox import Sandbox
from ingest.sift import Formats


class Opened(NamedTuple):
    registry: Registry
    formats: Formats


@contextmanager
def open_formats(folder: Path, root: str) -> Iterator[Opened]:
    """Raises ConfigError."""
    registry, sources, scripts = load_territory(folder, root)
    sandbox = Sandbox(scripts)
    try:
        yield Opened(registry, Formats(CODECS, source_codecs(), PAYLOADS, sources, sandbox.decode))
    finally:
        sandbox.close()
