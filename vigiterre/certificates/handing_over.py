"""Certificates and keys on their way to devices: a new folder, whole on the disk before the certificates are good."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vigiterre.certificates.errors import CertificateRefused
from vigiterre.credentials.handing_over import write_new

PRIVATE, PUBLIC = 0o600, 0o644
KEY = ".key"


@contextmanager
def folder_of(out: Path, files: Mapping[str, str]) -> Iterator[None]:
    """File name -> PEM. Gone again when what is done then fails. Raises CertificateRefused, OSError."""
    try:
        out.mkdir(mode=0o700)
    except FileExistsError as error:
        raise CertificateRefused("file_exists", file=out) from error
    try:
        for name, text in files.items():
            write_new(out / name, text, PRIVATE if name.endswith(KEY) else PUBLIC)
        yield
    except BaseException:
        shutil.rmtree(out)
        raise


@contextmanager
def key_at(file: Path, text: str, *, replace: bool) -> Iterator[None]:
    """The authority's key, as `folder_of`. With `replace` the one before stays beside it, as `.old`."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = file.with_name(f"{file.name}.old")
    moved = replace and file.exists()
    if file.exists() and not replace:
        raise CertificateRefused("file_exists", file=file)
    if moved:
        file.replace(kept)
    try:
        write_new(file, text, PRIVATE)
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        if moved:
            kept.replace(file)
        raise
