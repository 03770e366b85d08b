"""Real examples, spoiled: bytes, JSON and text. All of it by `random.Random`, so a seed gives the same again."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

BITS = (
    b"\0", b"\n", b"\r\n", b'"', b"'", b"'''", b"\\", b",", b";", b",,,", b"=", b"[", b"]]", b"{", b"}", b"{}", b"[]",
    b"-1",
    b"nan", b"NaN", b"Infinity", b"1e999", b"9" * 40, b"9" * 400, b"9" * 5000, b"true", b"null", b"1979-05-27",
    b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59-14:00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"\xff\xfe", b"sep=;\n",
    "é\u200b".encode(), "\u202e".encode(), "\N{NO-BREAK SPACE}".encode(), b"{value}", b"%s", b"%00", b"+", b"#", b"/",
    b"../",
    b"\x80\x80\x80\x80\x01", b"\xff\xff\xff\x7f", b"\x7f\xff", b"\x00\x00", b"VGTJ", b"[" * 1500, b'{"a":' * 1200,
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -0.0, 1, -1, 255, 256, 65_536, 2**31, 2**53 + 1, 2**63, -(2**63), 2**64, 10**400, 0.1,
    1e308, 5e-324,
    float("nan"), float("inf"), -float("inf"), "", " ", "0", "nan", "21,5", "1e5", "21.5 °C", "\ud800", "\0",
    "é" * 300, "{x}", "%s",
    "2026-11-25T09:14:00Z", "2026-11-25T09:14:00", "0000-00-00", "9999-12-31T23:59:59.999999999+23:59", "1795641240",
    1_795_641_240,
    1_795_641_240_000, 1_795_641_240_000_000_000, -62_135_596_800, 253_402_300_800, [], [[]], [None], {}, {"": 0},
    {"value": 1}, "AQ==",
    "0167", "not base64!", "A" * 1000, [0] * 300,
)  # fmt: skip
"""Values that somebody's program has sent, or will."""


def spoiled(data: bytes, chance: Random, others: Sequence[bytes] = (b"",)) -> bytes:
    """The same with one to five wrongs in it; `others` are what pieces are taken from."""
    for _ in range(1 + min(int(chance.expovariate(0.8)), 4)):
        data = _once(data, chance, others)
    return data


def _once(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + 1 + int(chance.expovariate(0.08)))
    match chance.randrange(10):
        case 0 | 1:  # a bit
            return (
                data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :] if at < len(data) else b"\0"
            )
        case 2:  # a byte
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case 3:  # something in between
            return data[:at] + chance.choice(BITS) + data[at:]
        case 4:  # something instead
            return data[:at] + chance.choice(BITS) + data[end:]
        case 5:  # a piece less
            return data[:at] + data[end:]
        case 6:  # a piece twice, or very often
            times = chance.choice((2, 2, 3, 50))
            return data[:at] + data[at:end] * times + data[end:]
        case 7:  # the end missing
            return data[:at]
        case 8:  # a piece of another one
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            return data[:at] + other[start : start + 1 + int(chance.expovariate(0.03))] + data[end:]
        case _:  # noise
            return data[:at] + chance.randbytes(end - at) + data[end:]


def noise(chance: Random, longest: int = 300) -> bytes:
    return chance.randbytes(min(int(chance.expovariate(10 / longest)), longest))


def places(document: Any) -> list[tuple[Any, Any]]:
    """(what it is in, key or index) of every value in a document."""
    found: list[tuple[Any, Any]] = []
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in pairs:
        found.append((document, key))
        found += places(value)
    return found


def spoiled_json(data: bytes, chance: Random, others: Sequence[bytes] = (b"",)) -> bytes:
    """JSON with one to four values exchanged, moved, renamed or removed; rarely spoiled as bytes too."""
    document = json.loads(data)
    for _ in range(1 + min(int(chance.expovariate(0.9)), 3)):
        document = _exchanged(document, chance)
    text = json.dumps(document, ensure_ascii=True).encode()
    return spoiled(text, chance, others) if chance.random() < 0.1 else text


def _exchanged(document: Any, chance: Random) -> Any:
    found = places(document)
    if not found or chance.random() < 0.02:
        return chance.choice(([], [document], {"a": document}, chance.choice(ODD)))
    inside, key = chance.choice(found)
    match chance.randrange(8):
        case 0:
            del inside[key]
        case 1 if isinstance(inside, dict):
            inside[str(chance.choice(ODD))[:40]] = inside.pop(key)
        case 1 | 2:
            donor, name = chance.choice(found)
            inside[key] = json.loads(json.dumps(donor[name])) if name in _keys(donor) else None
        case 3:
            inside[key] = chance.choice(([inside[key]], {"v": inside[key]}, [inside[key]] * 3, str(inside[key])))
        case 4 if isinstance(inside[key], int | float):
            inside[key] = chance.choice((-1, 10, 1000, 1e6, 0.5)) * inside[key] if abs(inside[key]) < 1e300 else 0
        case 5 if isinstance(inside[key], str):
            inside[key] = spoiled(inside[key].encode("utf-8", "replace"), chance).decode("utf-8", "replace")
        case _:
            inside[key] = json.loads(json.dumps(chance.choice(ODD)))
    return document


def _keys(inside: Any) -> Sequence[Any]:
    return list(inside) if isinstance(inside, dict) else range(len(inside))
