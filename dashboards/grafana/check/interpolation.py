"""How Grafana puts variables into a statement, as its InfluxDB data source and its template service do. Pure.

`$name` within `/…/`, or of a variable of several values: escaped for a regular expression, several as `(a|b)`; else as
it is. `${name:form}` by its form. All with an `allValue` is that text, untouched; without, it is every option.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

VARIABLE = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}")
SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")
TIME_FILTER = "$timeFilter"
NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
STEPS_MS = (
    (10, 1), (15, 10), (35, 20), (75, 50), (150, 100), (350, 200), (750, 500), (1_500, 1_000), (3_500, 2_000),
    (7_500, 5_000), (12_500, 10_000), (17_500, 15_000), (25_000, 20_000), (45_000, 30_000), (90_000, 60_000),
    (210_000, 120_000), (450_000, 300_000), (750_000, 600_000), (1_050_000, 900_000), (1_500_000, 1_200_000),
    (2_700_000, 1_800_000), (5_400_000, 3_600_000), (9_000_000, 7_200_000), (16_200_000, 10_800_000),
    (32_400_000, 21_600_000), (86_400_000, 43_200_000), (604_800_000, 86_400_000),
)  # fmt: skip
"""Grafana's `roundInterval`: below the first number an interval becomes the second."""
JOINED = {"raw": ",", "csv": ",", "text": ",", "pipe": "|"}
QUOTES = {"singlequote": "'", "doublequote": '"'}
WEEK_MS = 604_800_000
UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": WEEK_MS, "y": 31_536_000_000}
DURATION = re.compile(r"(\d+)(ms|[smhdwy])")


class Chosen(NamedTuple):
    """What a variable stands at."""

    values: tuple[str, ...]
    multi: bool = False
    everything: str = ""
    """The variable's `allValue` when All is chosen, else ""."""


class Span(NamedTuple):
    """The range of time on the screen, ms, and how many points a panel is wide."""

    start: int
    end: int
    points: int = 1_000

    def interval(self, shortest: str = "") -> int:
        """`$__interval`, ms."""
        return max(rounded((self.end - self.start) / self.points), milliseconds(shortest) or 1)


def rounded(interval_ms: float) -> int:
    return next((step for limit, step in STEPS_MS if interval_ms < limit), WEEK_MS)


def milliseconds(duration: str) -> int | None:
    """`1h30m`, `90s`, `0s` -> ms; None when it is no duration. A leading `>` is Grafana's way to say "at least"."""
    text = duration.removeprefix(">").strip()
    if not re.fullmatch(rf"(?:{DURATION.pattern})+", text):
        return None
    return sum(int(number) * UNITS_MS[unit] for number, unit in DURATION.findall(text))


def spelt(duration_ms: int) -> str:
    """600000 -> `10m`."""
    for unit in ("d", "h", "m", "s"):
        if duration_ms and duration_ms % UNITS_MS[unit] == 0:
            return f"{duration_ms // UNITS_MS[unit]}{unit}"
    return f"{duration_ms}ms"


def names_in(text: str) -> list[str]:
    """The names of variables in a text, in order, those of Grafana too."""
    return [found[1] or found[2] or found[4] for found in VARIABLE.finditer(text)]


def interpolated(statement: str, chosen: Mapping[str, Chosen], span: Span, shortest: str = "") -> str:
    """The statement as it reaches InfluxDB; a name that nobody knows stays as it is, as in Grafana."""
    own = builtin(span, shortest)

    def one(found: re.Match[str]) -> str:
        name, form = found[1] or found[2] or found[4], found[3] or found[6] or ""
        if name in own:
            return own[name]
        if name not in chosen:
            return found[0]
        return formatted(chosen[name], form) if form else plain(name, chosen[name], statement)

    return VARIABLE.sub(one, statement)


def builtin(span: Span, shortest: str = "") -> dict[str, str]:
    """Grafana's own names in an InfluxQL statement."""
    interval = span.interval(shortest)
    length = span.end - span.start
    return {
        "timeFilter": f"time >= {span.start}ms and time <= {span.end}ms",
        "interval": spelt(interval),
        "__interval": spelt(interval),
        "__interval_ms": str(interval),
        "__from": str(span.start),
        "__to": str(span.end),
        "__range": f"{length // 1000}s",
        "__range_s": str(length // 1000),
        "__range_ms": str(length),
    }


def plain(name: str, chosen: Chosen, statement: str) -> str:
    """`$name` without a form."""
    if chosen.everything:
        return chosen.everything
    in_expression = re.search(rf"/\^?.*\${re.escape(name)}.*\$?/", statement)
    if not chosen.multi and not in_expression:
        return ",".join(chosen.values)
    return alternatives(chosen.values)


def formatted(chosen: Chosen, form: str) -> str:
    """`${name:form}`; an unknown form is Grafana's default, `{a,b}`."""
    if chosen.everything:
        return chosen.everything
    values = chosen.values
    if form in ("regex", "json"):
        return alternatives(values) if form == "regex" else json.dumps(values)
    if form in QUOTES:
        quote = QUOTES[form]
        return ",".join(quote + value.replace(quote, f"\\{quote}") + quote for value in values)
    if form in JOINED:
        return JOINED[form].join(values)
    return values[0] if len(values) == 1 else "{" + ",".join(values) + "}"


def alternatives(values: Sequence[str]) -> str:
    escaped = [SPECIAL.sub(r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def options(answers: Sequence[str], regex: str) -> list[tuple[str, str]]:
    """(text, value) of what a variable's query answered; its `regex` sifts, and its groups `text` and `value` name."""
    if not regex:
        return list(dict.fromkeys((answer, answer) for answer in answers))
    expression = expression_of(regex)
    found: dict[str, str] = {}
    for answer in answers:
        match = expression.search(answer)
        if match is None:
            continue
        groups = match.groupdict()
        first = match[1] if expression.groups else answer
        value = groups.get("value") or groups.get("text") or first
        found.setdefault(value, groups.get("text") or value)
    return [(text, value) for value, text in found.items()]


def expression_of(regex: str) -> re.Pattern[str]:
    """`/…/i` of JavaScript, or a bare expression. Raises re.error."""
    body, flags = regex, ""
    if regex.startswith("/") and "/" in regex[1:]:
        body, _, flags = regex[1:].rpartition("/")
    return re.compile(NAMED_GROUP.sub("(?P<", body), re.IGNORECASE if "i" in flags else 0)
