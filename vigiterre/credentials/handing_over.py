"""Secrets on their way to whom they are for: a file that nobody else reads, written before they are in force."""

import csv
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vigiterre.credentials.errors import CredentialRefused

MODE = 0o600


def table(secrets: Mapping[str, str]) -> str:
    """CSV: id, user, password."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("id", "user", "password"))
    rows.writerows((name, name, secret) for name, secret in secrets.items())
    return text.getvalue()


@contextmanager
def handed_over(file: Path, text: str) -> Iterator[None]:
    """The file is on the disk when this is entered, and gone again when what is done then fails.

    So no secret is in force that nobody got. Raises CredentialRefused when there is such a file already, OSError.
    """
    write_new(file, text)
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def write_new(file: Path, text: str, mode: int = MODE) -> None:
    """A new file, durable when this returns. Raises CredentialRefused when there is one already, OSError."""
    try:
        opened = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError as error:
        raise CredentialRefused("file_exists", file=file) from error
    try:
        with os.fdopen(opened, "w", encoding="utf-8", newline="") as output:
            output.write(text)
            output.flush()
            os.fsync(output.fileno())
    except OSError as error:
        file.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(file)) from error
