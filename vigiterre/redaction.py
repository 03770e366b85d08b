"""What nobody may read in a log: the secrets this process knows, and whatever has the form of one.

A processor of structlog, before the one that writes. Whoever logs need not think of it, and should all the same.
"""

import json
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import structlog

REDACTED = "[redacted]"
SHORTEST = 6
"""Characters of a value that is looked for; a shorter one would be found within ordinary words."""
LOOK_SECONDS = 10.0
"""So often at most the values are asked for again: files change, and SIGHUP takes up another configuration."""
_NAME = r"(?i:password|passwd|passphrase|secret|token|csrf|api[_-]?key)"
_COOKIES = r"(?:vigiterre_session|__Host-vigiterre)"
_FORMS = (
    # scheme://user:password@host, the last @ before the path
    (re.compile(r"(://[^\s/@:\"'<>]*:)[^\s/\"'<>?#]+(?=@)"), rf"\1{REDACTED}"),
    # a header, as text or as the repr of a dictionary or a tuple
    (re.compile(r"(?i)(authorization[\"']?\s?[:=,]\s?b?[\"']?(?:\w+ )?)[^\s\"',;]+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)(cookie[\"']?\s?[:=,]\s?b?[\"']?)[^\n\"']+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)(\bbearer\s)[\w.~+/=-]{12,}"), rf"\1{REDACTED}"),
    # password=…, "token": "…", and InfluxDB's ?p=…
    (re.compile(rf"({_NAME}[\"']?\s?[=:]\s?b?)([\"'])(?:(?!\2)[^\n])*\2"), rf"\1\2{REDACTED}\2"),
    # a header or a field as a pair, and our cookies one by one: as a mistake shows that quotes a request
    (re.compile(rf"((?:{_NAME}|{_COOKIES})[\"'](?:,|:)\s?b?)([\"'])(?:(?!\2)[^\n])*\2"), rf"\1\2{REDACTED}\2"),
    (re.compile(rf"({_NAME}=)(?!\[redacted\])[^\s\"'&;,)\]}}]+"), rf"\1{REDACTED}"),
    (re.compile(r"([?&]p=)[^\s\"'&]+"), rf"\1{REDACTED}"),
    # our own: tokens of the API, links that acknowledge or share; hashes, keys of age, private keys
    (re.compile(r"vg[tc]_[\w-]{12,}"), REDACTED),
    (re.compile(r"(/(?:ack|share)/)[\w.~-]{12,}"), rf"\1{REDACTED}"),
    (re.compile(r"\$(?:argon2\w*|[67])\$[^\s\"':]+"), REDACTED),
    (re.compile(r"AGE-SECRET-KEY-1\w+"), REDACTED),
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|\Z)", re.DOTALL), rf"\1{REDACTED}"),
)
_HINT = re.compile(
    r"(?i)://|auth|cookie|bearer|passw|passphrase|secret|token|csrf|_session|api[_-]?key|[?&]p=|vg[tc]_|/ack/|/share/|\$|AGE-|-----|__host-"
)
"""One of these is in every form: most texts hold none, and are looked through once."""
_SECRET_KEY = re.compile(rf"(?:.*_)?{_NAME}|(?i:authorization|cookie)")


class Redaction:
    """`known` gives the values of the secrets; what it once gave stays known."""

    def __init__(self, known: Callable[[], Iterable[str]] = tuple) -> None:
        self._ask = known
        self._asked = float("-inf")
        self._values: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None

    def __call__(
        self, _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.ProcessorReturnValue:
        """Keys stay, and values that hold no secret stay as they are."""
        self._look()
        return {key: self._value(value, key) for key, value in event.items()}

    def text(self, text: str) -> str:
        """The same text with each secret as `[redacted]`."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        if _HINT.search(text):
            for form, instead in _FORMS:
                text = form.sub(instead, text)
        return text

    def _value(self, value: Any, key: str = "") -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if _SECRET_KEY.fullmatch(key):
            return REDACTED
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {name: self._value(one, str(name)) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(one) for one in value]
        shown = repr(value)
        redacted = self.text(shown)
        return value if redacted == shown else redacted

    def _look(self) -> None:
        """To read the files for each line would cost too much; a new secret still has the forms above."""
        now = time.monotonic()
        if now - self._asked < LOOK_SECONDS:
            return
        self._asked = now
        values = self._values.union(value for value in self._ask() if len(value) >= SHORTEST)
        if values != self._values:
            self._values = values
            forms = {form for value in values for form in _spellings(value)}
            self._known = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))))


def _spellings(value: str) -> Iterator[str]:
    """How a value may be written: itself, in an address, within JSON or repr, within base64 behind anything."""
    yield from (value, quote(value, safe=""), quote(value), json.dumps(value)[1:-1], repr(value)[1:-1])
    content = value.encode("utf-8", "surrogatepass")
    if len(content) >= 2 * SHORTEST:
        for before, skipped in enumerate((0, 2, 3)):
            text = b64encode(bytes(before) + content).decode()
            fixed = text.rstrip("=")
            yield fixed[skipped : len(fixed) - (fixed != text)]
