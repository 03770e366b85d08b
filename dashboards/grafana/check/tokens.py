"""Words of an InfluxQL statement: which are names of measurements, tags and fields, and which the language's own."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["name", "text", "regex", "number", "word", "sign"]
PATTERN = re.compile(
    r'"(?P<name>(?:\\.|[^"\\])*)"'
    r"|'(?P<text>(?:\\.|[^'\\])*)'"
    r"|(?P<number>\d+(?:\.\d+)?\w*)"
    r"|(?P<word>(?:\$\{[^}]*\}|\[\[[^\]]*\]\]|[\w$])+)"
    r"|(?P<sign>=~|!~|<=|>=|!=|<>|::|[^\s])"
)
REGEX = re.compile(r"/(?P<regex>(?:\\.|[^/\\])+)/")
BEFORE_REGEX = {"=~", "!~", "(", ",", ".", "FROM", "SELECT", "BY", "="}
"""After these a slash opens a regular expression; after anything else it divides."""
OWN = frozenset(
    {
        "SELECT", "FROM", "WHERE", "AND", "OR", "GROUP", "ORDER", "BY", "ASC", "DESC", "LIMIT", "OFFSET", "SLIMIT",
        "SOFFSET", "AS", "FILL", "INTO", "SHOW", "TAG", "FIELD", "VALUES", "KEYS", "KEY", "WITH", "IN", "ON",
        "MEASUREMENT", "MEASUREMENTS", "RETENTION", "POLICIES", "DATABASES", "SERIES", "CARDINALITY", "EXACT", "TIME",
        "TZ", "NONE", "NULL", "PREVIOUS", "LINEAR", "TRUE", "FALSE", "DISTINCT", "CREATE", "DROP", "DELETE", "ALTER",
        "GRANT", "REVOKE", "KILL",
    }
)  # fmt: skip
CLAUSES = frozenset(("SELECT", "INTO", "FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "SHOW", "WITH"))


class Token(NamedTuple):
    kind: Kind
    text: str

    @property
    def upper(self) -> str:
        return self.text.upper() if self.kind in ("word", "sign") else ""


class Read(NamedTuple):
    """What a statement names."""

    tokens: list[Token]
    policies: list[str]
    measurements: list[Token]
    """Names and regular expressions after FROM."""
    names: list[str]
    """Tags and fields, as far as they stand there by name."""
    aliases: list[str]
    grouped: list[str]
    """Tags of GROUP BY."""


def tokens(statement: str) -> Iterator[Token]:
    position, before = 0, ""
    while position < len(statement):
        if statement[position].isspace():
            position += 1
            continue
        found = REGEX.match(statement, position) if before in BEFORE_REGEX else None
        found = found or PATTERN.match(statement, position)
        assert found is not None  # any character is a sign
        kind = found.lastgroup or "sign"
        token = Token(kind, found[kind])  # type: ignore[arg-type]
        yield token
        before, position = token.upper, found.end()


def read(statement: str) -> Read:
    found = Read(list(tokens(statement)), [], [], [], [], [])
    clause, at = "", 0
    while at < len(found.tokens):
        token, after = found.tokens[at], _next(found.tokens, at)
        if token.kind == "word" and token.upper in CLAUSES:
            clause = token.upper
        elif token.upper == ")" and clause == "FROM":
            clause = ""
        elif clause == "FROM" and _is_name(token, after):
            at += _source(found, at)
        elif clause == "FROM" and token.kind == "regex":
            found.measurements.append(token)
        elif token.upper == "AS" and after.kind in ("name", "word"):
            found.aliases.append(after.text)
            at += 1
        elif clause != "INTO" and _is_name(token, after) and found.tokens[at - 1].text != "::":
            found.names.append(token.text)
            if clause == "GROUP":
                found.grouped.append(token.text)
        elif token.kind == "regex" and clause == "SELECT":
            found.names.extend(_listed(token.text))
        at += 1
    return found


def _next(all_tokens: list[Token], at: int) -> Token:
    return all_tokens[at + 1] if at + 1 < len(all_tokens) else Token("sign", "")


def _is_name(token: Token, after: Token) -> bool:
    if token.kind == "name":
        return True
    if token.kind == "regex":
        return False
    return token.kind == "word" and token.upper not in OWN and after.text != "(" and not token.text.startswith("$")


def _source(found: Read, at: int) -> int:
    """`"policy"."measurement"` or `"measurement"`; returns how many more tokens it takes."""
    all_tokens = found.tokens
    if _next(all_tokens, at).text != "." or at + 2 >= len(all_tokens):
        found.measurements.append(all_tokens[at])
        return 0
    found.policies.append(all_tokens[at].text)
    found.measurements.append(all_tokens[at + 2])
    return 2


def _listed(regex: str) -> list[str]:
    """`^(a|b)$` -> a, b; other expressions name nothing."""
    found = re.fullmatch(r"\^?\(?(?:\?:)?([\w|]+)\)?\$?", regex)
    return found[1].split("|") if found else []
