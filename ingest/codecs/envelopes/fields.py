"""The keys of a server's JSON: what is there, or words that say which key is wrong and what was found.

Two ways to read. What identifies an uplink or is its content (EUI, port, counter, payload) is read strictly and raises
DecodeError. What only describes its radio is read leniently: a gateway that says nonsense of itself costs no reading.
"""

import math
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from reprlib import Repr
from typing import Any, NamedTuple

from pydantic_core import from_json

from devices import cells
from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.uplink import Event, Heard, SourceCodec, Uplink

NUMBER_CHARACTERS = 40
COUNTER_MAX = 2**32 - 1
PORT_MAX = 255

_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60
_short.maxdict = _short.maxlist = 3
_short.maxlevel = 2


class Fields(NamedTuple):
    """One JSON object of a message, and where in the message it stands."""

    found: Mapping[str, Any]
    at: str = ""
    """Prefix of its keys in messages for people: `deviceInfo.`, `[2].rxInfo.`."""

    def __contains__(self, key: object) -> bool:
        """Whether the key is there and not null."""
        return self.found.get(str(key)) is not None

    def error(self, key: str, expected: str) -> DecodeError:
        found = self.found.get(key)
        return DecodeError(f"{self.at}{key}: expected {expected}, found {show(found) if key in self.found else 'none'}")

    def part(self, key: str) -> "Fields":
        """The object under this key; an empty one when there is none. Raises DecodeError when it is something else."""
        return Fields(self.object(key) or {}, f"{self.at}{key}.")

    def object(self, key: str) -> Mapping[str, Any] | None:
        """As `part`, but the object as it came, and None when there is none."""
        found = self.found.get(key)
        if found is None or isinstance(found, dict):
            return found
        raise self.error(key, "an object")

    def text(self, key: str) -> str:
        """Empty when there is none. Raises DecodeError."""
        found = self.found.get(key)
        if found is None:
            return ""
        if isinstance(found, str):
            return found
        raise self.error(key, "text")

    def whole(self, key: str, most: int) -> int | None:
        """A whole number from 0 to `most`, as a number or text; None when there is none. Raises DecodeError."""
        found = self.found.get(key)
        if found is None or found == "":
            return None
        value = number(found)
        if value is None or not value.is_integer() or not 0 <= value <= most:
            raise self.error(key, f"a whole number from 0 to {most}")
        return int(value)

    def port(self, key: str) -> int | None:
        return self.whole(key, PORT_MAX)

    def counter(self, key: str) -> int:
        """0 when there is none: the servers leave the first frame's number out. Raises DecodeError."""
        return self.whole(key, COUNTER_MAX) or 0

    def base64(self, key: str) -> bytes | None:
        """None when there is none, or it is empty. Raises DecodeError."""
        text = self.text(key)
        try:
            return a2b_base64(text, strict_mode=True) or None
        except ValueError:
            raise self.error(key, "base64") from None

    def hex(self, key: str) -> bytes | None:
        """None when there is none, or it is empty. Raises DecodeError."""
        text = self.text(key)
        try:
            return bytes.fromhex(text) or None
        except ValueError:
            raise self.error(key, "pairs of hex digits") from None

    def eui(self, key: str) -> str:
        """An EUI, 16 lower-case hex digits. Raises DecodeError, also when there is none."""
        found = cells.eui(self.text(key))
        if found is None:
            raise self.error(key, "an EUI of 16 hex digits")
        return found

    def number(self, key: str) -> float | None:
        """Leniently: None for what is no finite number."""
        return number(self.found.get(key))

    def word(self, key: str) -> str:
        """Leniently: "" for what is no text."""
        found = self.found.get(key)
        return found if isinstance(found, str) else ""

    def loose(self, key: str) -> "Fields":
        """Leniently: the object under this key, or an empty one."""
        found = self.found.get(key)
        return Fields(found if isinstance(found, dict) else {}, f"{self.at}{key}.")

    def each(self, key: str) -> list["Fields"]:
        """Leniently: the objects of the list under this key, whatever else it holds; an object alone is one."""
        found = self.found.get(key)
        many = found if isinstance(found, list) else [found]
        return [Fields(one, f"{self.at}{key}.{n}.") for n, one in enumerate(many) if isinstance(one, dict)]


def number(found: object) -> float | None:
    """A finite number, also as text with a decimal point or comma; True and False are none."""
    if isinstance(found, str):
        text = found.strip()
        return cells.number(text) if len(text) <= NUMBER_CHARACTERS else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        value = float(found)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def show(found: object) -> str:
    """What was found, shortened for a message to people."""
    return "null" if found is None else _short.repr(found)


def encrypted(place: str, remedy: str) -> DecodeError:
    """For a payload that the server hands on as it came through the air. `place` is the key that says so."""
    return DecodeError(f"{place}: the payload is encrypted; {remedy}")


def json(payload: bytes | str, where: str) -> Any:
    """Raises DecodeError, also for JSON nested deeper than 200 levels."""
    try:
        return from_json(payload)
    except ValueError as error:
        raise DecodeError(f"{where}: not JSON: {error}{_hint(payload)}") from error


def _hint(payload: bytes | str) -> str:
    """Servers that can write both are often left at protobuf, whose first byte is often 0A: a newline in JSON."""
    start = payload[:2].lstrip()[:1] if isinstance(payload, bytes) else b""
    return " (is the server set to protobuf? set it to JSON)" if start and start not in b"{[" else ""


def envelope(read: Callable[[Fields, Mapping[str, str]], Uplink | Event]) -> SourceCodec:
    """A source codec from the reading of one object: a message holds one, or an array of them."""

    def codec(message: Message, levels: Mapping[str, str]) -> Heard:
        document = json(message.payload, "payload")
        if isinstance(document, list):
            return [read(_fields(one, f"[{n}]"), levels) for n, one in enumerate(document)]
        return [read(_fields(document, ""), levels)]

    return codec


def _fields(found: object, at: str) -> Fields:
    if isinstance(found, dict):
        return Fields(found, at and f"{at}.")
    raise DecodeError(f"{at or 'payload'}: expected an object, found {show(found)}")
