"""Reading of documents that anybody may have edited: what is not of the expected kind is empty here.

`shape` and `strict` are what say that it is of the wrong kind; everything else goes on with what can be read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Tree = Mapping[str, Any]


def tree(parent: Tree, *keys: str) -> Tree:
    """The object under a path of keys."""
    found: Any = parent
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def items(parent: Tree, *keys: str) -> list[Any]:
    """The list under a path of keys."""
    found = tree(parent, *keys[:-1]).get(keys[-1])
    return found if isinstance(found, list) else []


def trees(parent: Tree, *keys: str) -> list[Tree]:
    """The objects of the list under a path of keys."""
    return [one for one in items(parent, *keys) if isinstance(one, dict)]


def words(parent: Tree, *keys: str) -> str:
    """The text under a path of keys."""
    found = tree(parent, *keys[:-1]).get(keys[-1])
    return found if isinstance(found, str) else ""


def whole(value: object) -> int | None:
    """A whole number that is not a truth value."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def texts_in(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, text) of every text below; a part of the path that has a uid, name or refId is called by it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_in(inner, joined(path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts_in(inner, f"{path}[{called(inner, index)}]")


def called(value: object, index: int) -> str:
    """How an item of a list is named in a place."""
    if isinstance(value, dict):
        for key in ("uid", "name", "refId", "receiver"):
            if isinstance(value.get(key), str) and value[key]:
                return str(value[key])
    return str(index)


def joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
