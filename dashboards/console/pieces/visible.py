"""Strangers' text as people may read it: nothing in it is invisible, nor turns around what stands beside it."""

import unicodedata


def visible(text: str, kept: str = "") -> str:
    """Characters that are not printable (controls, changes of direction, halves of pairs) as the escapes of JSON."""
    if text.isprintable():
        return text
    return "".join(letter if _seen(letter) or letter in kept else _code(letter) for letter in text)


def fold(text: str) -> str:
    """As people type it: no accents, no capitals, `oe` for its ligature, the straight apostrophe."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe").replace("’", "'"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def holds(text: str, words: str) -> bool:
    """Every one of the words is in the text, accents and capitals aside."""
    there = fold(text)
    return all(word in there for word in fold(words).split())


def _seen(letter: str) -> bool:
    return letter.isprintable() or unicodedata.category(letter) == "Zs"  # spaces of good typography stay


def _code(letter: str) -> str:
    pairs = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{pairs[at : at + 2].hex()}" for at in range(0, len(pairs), 2))
