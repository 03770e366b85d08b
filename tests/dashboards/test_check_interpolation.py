"""Grafana's rules of interpolation, case by case."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.grafana.check.interpolation import (
    Chosen,
    Span,
    alternatives,
    interpolated,
    milliseconds,
    options,
    spelt,
)
from dashboards.grafana.check.tokens import read
from dashboards.grafana.variables import NAMED

SPAN = Span(1_000_000_000_000, 1_000_604_800_000)
CHOSEN = {
    "one": Chosen(("a.b/c",), multi=True),
    "two": Chosen(("a", "b-1"), multi=True),
    "all": Chosen(("a", "b"), multi=True, everything=".*"),
    "every": Chosen(("a", "b", "c"), multi=True),
    "policy": Chosen(("rollup_1h",)),
    "device": Chosen(("d+1",)),
}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ('"x" =~ /^$one$/', r'"x" =~ /^a\.b\/c$/'),
        ('"x" =~ /^${one}$/', r'"x" =~ /^a\.b\/c$/'),
        ('"x" =~ /^[[one]]$/', r'"x" =~ /^a\.b\/c$/'),
        ('"x" =~ /^$two$/', '"x" =~ /^(a|b-1)$/'),
        ('"x" =~ /^$all$/', '"x" =~ /^.*$/'),
        ('"x" =~ /^${all:regex}$/', '"x" =~ /^.*$/'),
        ('"x" =~ /^$every$/', '"x" =~ /^(a|b|c)$/'),
        ('"x" =~ /^${two:regex}$/', '"x" =~ /^(a|b-1)$/'),
        ('"x" =~ /^${two:pipe}$/', '"x" =~ /^a|b-1$/'),
        ("IN (${two:singlequote})", "IN ('a','b-1')"),
        ("${two:doublequote}", '"a","b-1"'),
        ("${two:csv}", "a,b-1"),
        ("${two:raw}", "a,b-1"),
        ("${two:json}", '["a", "b-1"]'),
        ("${two:glob}", "{a,b-1}"),
        ('FROM "$policy"."road"', 'FROM "rollup_1h"."road"'),
        ("\"x\" = '$device'", "\"x\" = 'd+1'"),
        ('"x" =~ /^$device$/', r'"x" =~ /^d\+1$/'),
        ("WHERE $timeFilter", "WHERE time >= 1000000000000ms and time <= 1000604800000ms"),
        ("time($__interval)", "time(10m)"),
        ("time($interval)", "time(10m)"),
        ("$__to - $__from", "1000604800000 - 1000000000000"),
        ("$__range_s $__range_ms $__interval_ms", "604800 604800000 600000"),
        ("$nobody ${nobody:regex}", "$nobody ${nobody:regex}"),
    ],
)
def test_a_variable_becomes_what_grafana_makes_of_it(statement: str, expected: str) -> None:
    assert interpolated(statement, CHOSEN, SPAN) == expected


def test_an_interval_is_never_below_that_of_the_panel() -> None:
    minute = Span(0, 3_600_000)
    assert interpolated("$__interval", {}, minute) == "5s"
    assert interpolated("$__interval", {}, minute, "1m") == "1m"
    assert interpolated("$__interval", {}, SPAN, ">1m") == "10m"


@given(st.lists(st.text(st.characters(codec="ascii", min_codepoint=32), min_size=1), min_size=1, unique=True))
def test_chosen_values_and_no_others_match_their_expression(values: list[str]) -> None:
    expression = re.compile(f"^{alternatives(values)}$".replace("\\/", "/"))
    assert all(expression.fullmatch(value) for value in values)
    assert not expression.fullmatch("".join(values) + "x")


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        ("", [("Moulins (03190)", "Moulins (03190)"), ("x", "x")]),
        (NAMED, [("Moulins", "03190")]),
        (r"/^(\w+) /", [("Moulins", "Moulins")]),
        ("/^x$/", [("x", "x")]),
        ("/^X$/i", [("x", "x")]),
    ],
)
def test_the_regex_of_a_variable_sifts_and_names(regex: str, expected: list[tuple[str, str]]) -> None:
    assert options(["Moulins (03190)", "x", "x"], regex) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1m", 60_000), ("1h30m", 5_400_000), ("0s", 0), ("250ms", 250), ("5 min", None), ("", None), ("m", None)],
)
def test_durations_are_read_as_grafana_does(text: str, expected: int | None) -> None:
    assert milliseconds(text) == expected


@given(st.integers(1, 10**10))
def test_a_duration_that_is_written_is_read_again(duration: int) -> None:
    assert milliseconds(spelt(duration)) == duration


@pytest.mark.parametrize(
    ("statement", "measurements", "names", "grouped"),
    [
        (
            'SELECT mean("t") FROM "$policy"."road" WHERE "d" =~ /^a b$/ GROUP BY time(1m), "d"',
            ["road"],
            "t d d",
            ["d"],
        ),
        ("SELECT t / u FROM road WHERE v = 'w \"x\"' AND y > 10m", ["road"], "t u v y", []),
        ('SELECT max("m") FROM (SELECT mean("t") AS "m" FROM "road" GROUP BY "s")', ["road"], "m t s", ["s"]),
        ('SELECT mean(/^(a|b)$/) FROM "autogen"./^(road|building)$/', ["^(road|building)$"], "a b", []),
        ('SHOW TAG VALUES FROM "fleet" WITH KEY = "town" WHERE "domain" = \'x\'', ["fleet"], "town domain", []),
    ],
)
def test_names_of_a_statement_are_found(
    statement: str, measurements: list[str], names: str, grouped: list[str]
) -> None:
    found = read(statement)
    assert [token.text for token in found.measurements] == measurements
    assert found.names == names.split()
    assert found.grouped == grouped
