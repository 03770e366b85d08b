"""`manifest.json`, the last file of a backup: what the others are, and what the readings in them come to."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vigiterre.backup.problems import BackupError

NAME = "manifest.json"
FORMAT = 2
"""Of the archive and the manifest. A later one is refused; 1 had secrets as they are, where they were asked for."""

Kind = Literal[
    "journal", "cursor", "quarantine", "rollup", "alerts", "console", "credentials", "session", "link_key",
    "authority_key", "store", "readings", "rollups", "config", "secrets",
]  # fmt: skip
StoreKind = Literal["sqlite", "influxdb", "none"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileEntry(_Part):
    path: str
    """In the archive."""
    kind: Kind
    version: int
    """Of the file's own format: `vigiterre.backup.versions`."""
    size: int = Field(ge=0)
    sha256: str
    mode: int


class SeriesEntry(_Part):
    """The readings of one series in one policy."""

    policy: str
    series: tuple[str, str, str, str, str]
    """Domain, device, model, site, commune."""
    times: int
    """Readings: one a time, whatever number of values it has."""
    values: int
    checksum: str
    """Of the times, names and values, in order of time: `vigiterre.backup.tally`."""


class Manifest(_Part):
    format: int
    program: str
    """Version of vigiterre that made it."""
    created: int
    """ms"""
    start: int | None
    end: int | None
    """Range of the exported readings, ms; None for a store that is copied whole, or none."""
    store: StoreKind
    files: list[FileEntry]
    series: list[SeriesEntry]
    left_out: list[str]
    """Files that were there and are not in the archive."""

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=1).encode() + b"\n"

    def bytes_of(self, part: str) -> int:
        """Size of the files below `data`, `store` or `config`."""
        return sum(entry.size for entry in self.files if entry.path.startswith(f"{part}/"))


class _Head(BaseModel):
    """What every format has."""

    format: int


def read_manifest(content: bytes) -> Manifest:
    """Raises BackupError: it is none, or that of a later format."""
    try:
        found = _Head.model_validate_json(content).format
        if found > FORMAT:
            raise BackupError("newer", found=found, known=FORMAT)
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise BackupError("no_manifest", detail=detail) from error
