"""`python poisoned.py python -m vigiterre run`: the same, with mistakes in a codec, chosen by the payload alone."""

import sys
from collections.abc import Callable
from types import MappingProxyType
from zlib import crc32

import ingest.codecs
from devices.reading import Item, Message

ONE_IN = 10


def key_error() -> None:
    dict[str, int]()["no such key"]


def recursion_error() -> None:
    recursion_error()


def memory_error() -> None:
    bytearray(1 << 62)


def zero_division() -> None:
    1 // 0  # noqa: B018


def none_has_none() -> None:
    None.values  # type: ignore[attr-defined]  # noqa: B018


def unicode_error() -> None:
    b"\xff".decode()


def stop_iteration() -> None:
    next(iter(()))


def assertion() -> None:
    raise AssertionError(b"\xff" * 100_000)


MISTAKES: list[Callable[[], None]] = [
    key_error,
    recursion_error,
    memory_error,
    zero_division,
    none_has_none,
    unicode_error,
    stop_iteration,
    assertion,
]
native = ingest.codecs.CODECS["native"]


def decode(message: Message, device: str) -> list[Item]:
    number = crc32(message.payload)
    if number % ONE_IN == 0:
        MISTAKES[number // ONE_IN % len(MISTAKES)]()
    return native(message, device)


if __name__ == "__main__":
    ingest.codecs.CODECS = MappingProxyType({"native": decode})
    from vigiterre.__main__ import main

    sys.argv = ["vigiterre", *sys.argv[4:]]
    main()
