"""Statements as InfluxDB 1, 2 and 3 all take them, about what is really written."""

from collections.abc import Iterator, Sequence
from typing import Literal

from dashboards.grafana.check.fault import Fault
from dashboards.grafana.check.interpolation import TIME_FILTER, names_in
from dashboards.grafana.check.names import Names
from dashboards.grafana.check.tokens import Read, read
from devices.problems import Bilingual, near

Use = Literal["panel", "annotation", "variable", "alert"]
FUNCTIONS = frozenset(
    {
        "SAMPLE", "HOLT_WINTERS", "HOLT_WINTERS_WITH_FIT", "EXPONENTIAL_MOVING_AVERAGE",
        "DOUBLE_EXPONENTIAL_MOVING_AVERAGE", "TRIPLE_EXPONENTIAL_MOVING_AVERAGE", "TRIPLE_EXPONENTIAL_DERIVATIVE",
        "RELATIVE_STRENGTH_INDEX", "KAUFMANS_EFFICIENCY_RATIO", "KAUFMANS_ADAPTIVE_MOVING_AVERAGE",
        "CHANDE_MOMENTUM_OSCILLATOR",
    }
)  # fmt: skip
"""Absent in InfluxDB 3, or in 2."""
WORDS = frozenset(
    {
        "SLIMIT", "SOFFSET", "CARDINALITY", "INTO", "CREATE", "DROP", "DELETE", "ALTER", "GRANT", "REVOKE", "KILL",
    }
)  # fmt: skip
BUILTIN = frozenset(
    {
        "timeFilter", "interval", "__interval", "__interval_ms", "__from", "__to", "__range", "__range_s",
        "__range_ms", "__rate_interval", "__data", "__value", "__field", "__series", "__cell", "__url_time_range",
        "__all_variables", "__user", "__org", "__dashboard", "__name",
    }
)  # fmt: skip
MACROS = frozenset(("timeFilter", "interval", "__interval", "__interval_ms"))
"""What Grafana's back end knows without a dashboard."""


def statement_faults(file: str, place: Bilingual, statement: str, use: Use, names: Names) -> Iterator[Fault]:
    found = read(statement)
    for words in _foreign(found):
        yield Fault(file, place, "not_portable", {"words": words})
    if use in ("panel", "annotation", "alert"):
        if _calls(found, ("NOW",)):
            yield Fault(file, place, "now_used")
        if TIME_FILTER not in statement:
            yield Fault(file, place, "no_time_filter")
    if use == "alert":
        for name in dict.fromkeys(names_in(statement)):
            if name not in MACROS:
                yield Fault(file, place, "alert_variable", {"name": name})
    for code, name in names.unknown(found):
        candidates = names.tags if code == "unknown_measurement" else names.near(found)
        yield Fault(file, place, code, {"name": name, "known": near(name, candidates)})


def _foreign(found: Read) -> Iterator[str]:
    uppers = [token.upper for token in found.tokens]
    yield from _calls(found, FUNCTIONS)
    yield from dict.fromkeys(word for word in uppers if word in WORDS)
    if uppers[:2] == ["SHOW", "SERIES"]:
        yield "SHOW SERIES"


def _calls(found: Read, functions: Sequence[str] | frozenset[str]) -> list[str]:
    following = [*found.tokens[1:], None]
    pairs = zip(found.tokens, following, strict=True)
    return [token.upper for token, after in pairs if token.upper in functions and after and after.text == "("]
