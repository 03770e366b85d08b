"""Strangers' text as people may read it: nothing in it is invisible, nor turns around what stands beside it."""

import unicodedata


def visible(text: str, kept: str = "") -> str:
    """Characters that are not printable (controls, changes of direction, halves of pairs) as the escapes of JSON."""
    if text.isprintable():
        return text
    return "".join(letter if _seen(letter) or letter in kept else _code(letter) for letter in text)


def folded(text: str) -> str:
    """For searching: without accents and capitals."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


def holds(text: str, words: str) -> bool:
    """Every one of the words is in the text, accents and capitals aside."""
    there = folded(text)
    return all(word in there for word in folded(words).split())


def _seen(letter: str) -> bool:
    return letter.isprintable() or unicodedata.category(letter) == "Zs"  # spaces of good typography stay


def _code(letter: str) -> str:
    pairs = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{pairs[at : at + 2].hex()}" for at in range(0, len(pairs), 2))
