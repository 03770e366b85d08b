"""Secrets of a test that must be found nowhere: how each may be spelt, and where a run left what it said."""

import json
import os
import shutil
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

OF_EVERY_PROCESS = "c4nary-0f-Every-Pr0cess-9f2c71"
"""A secret in the environment of every `vigiterre` that a test starts: no log of the whole suite may hold it."""
OF_A_PERSON = "trois mots sans rapport"
"""The password of everybody who signs in in a test."""
LARGEST_LOG = 200 * 2**20


Secrets = Mapping[str, str | bytes]
"""By a name that may be said."""


def spellings(secret: str | bytes) -> list[bytes]:
    """As it is, in an address, in JSON, in hexadecimal, and in base64 behind whatever stands before it."""
    content = secret if isinstance(secret, bytes) else secret.encode()
    texts = [content.hex()]
    texts += [secret, quote(secret, safe=""), json.dumps(secret)[1:-1]] if isinstance(secret, str) else []
    for before, skipped in enumerate((0, 2, 3)):
        coded = b64encode(bytes(before) + content).decode()
        fixed = coded.rstrip("=")
        texts.append(fixed[skipped : len(fixed) - (fixed != coded)])
    return [content, *(text.encode() for text in dict.fromkeys(texts))]


def found_in(content: bytes, secrets: Secrets) -> list[str]:
    """Names of the secrets that stand in it, however spelt."""
    return [name for name, secret in secrets.items() if any(one in content for one in spellings(secret))]


def leaks(contents: Iterable[tuple[str, bytes]], secrets: Secrets) -> list[str]:
    """`where: name of the secret`, for whoever must close it."""
    return [f"{where}: {name}" for where, content in contents for name in found_in(content, secrets)]


def files_below(folder: Path, suffixes: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file; of `suffixes` only, where some are given."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            if (not suffixes or name.endswith(suffixes)) and path.is_file() and path.stat().st_size <= LARGEST_LOG:
                yield str(path), path.read_bytes()


def children_of(pid: int) -> list[int]:
    """Processes it started that still run, and theirs."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
        if parent == pid:
            child = int(stat.parent.name)
            found += [child, *children_of(child)]
    return found


def of_process(pid: int, *names: str) -> list[tuple[str, bytes]]:
    """What everybody may read of a process, such as `cmdline`, or its account alone, such as `environ`."""
    return [(f"/proc/{pid}/{name}", Path(f"/proc/{pid}/{name}").read_bytes()) for name in names]


def unpacked(archive: Path, folder: Path) -> Iterator[tuple[str, bytes]]:
    shutil.unpack_archive(archive, folder, "gztar", filter="data")
    yield from files_below(folder)
