"""The page about ourselves: rates from samples, and what a person is told."""

from collections.abc import Sequence

import consoles
import pytest
from consoles import Served, console_of, sources_of
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.layout import LAYOUT
from dashboards.console.platform_page.amounts import NONE, lasting, rate, size
from dashboards.console.platform_page.pace import MINUTE_MS, MINUTES_MS, mean, per_second
from dashboards.console.platform_page.page import routes
from dashboards.console.platform_page.rows import FLOWS, REFUSED
from dashboards.console.platform_page.texts import TEXTS
from dashboards.console.sources import Sample

NOW = 1_795_608_000_000
SPACE = "\N{NO-BREAK SPACE}"


def samples(*values: float, name: str = "x", every: int = 5_000) -> list[Sample]:
    return [Sample(index * every, {name: value}) for index, value in enumerate(values)]


def test_a_rate_is_the_growth_over_the_span_and_not_over_all_that_is_known() -> None:
    steady_then_fast = samples(*range(61), *range(70, 190, 10))
    assert per_second(steady_then_fast, "x", MINUTE_MS) == pytest.approx(2.0)


def test_without_two_samples_no_rate_is_told() -> None:
    assert per_second([], "x", MINUTE_MS) is None
    assert per_second(samples(3), "x", MINUTE_MS) is None
    assert per_second(samples(3, 3), "x", MINUTE_MS) == 0


def test_a_counter_that_has_not_begun_counts_from_nothing() -> None:
    assert per_second([Sample(0, {}), Sample(10_000, {"x": 5})], "x", MINUTE_MS) == 0.5


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=80), st.sampled_from([MINUTE_MS, MINUTES_MS]))
def test_the_rate_of_a_counter_is_never_negative_nor_beyond_its_steepest_step(
    steps: Sequence[float], span: int
) -> None:
    total, values = 0.0, []
    for step in steps:
        total += step
        values.append(total)
    found = per_second(samples(*values), "x", span)
    assert found is not None
    assert 0 <= found <= max(steps) / 5 * (1 + 1e-6) + 1e-6


def test_the_mean_of_no_write_is_unknown() -> None:
    still = [Sample(0, {"s": 1, "c": 2}), Sample(5_000, {"s": 1, "c": 2})]
    assert mean(still, "s", "c", MINUTE_MS) is None
    assert mean([*still, Sample(10_000, {"s": 2, "c": 4})], "s", "c", MINUTE_MS) == 0.5


def test_amounts_are_written_as_people_read_them() -> None:
    assert rate(12.5, "fr") == "12,5/s"
    assert rate(0.01, "en") == "36/h"
    assert rate(None, "fr") == NONE
    assert size(1_234_567_890, "fr") == f"1,23{SPACE}Go"
    assert size(999, "en") == f"999{SPACE}B"
    assert lasting(0.0042, "fr") == f"4,2{SPACE}ms"
    assert lasting(273_600, "fr") == f"3{SPACE}j{SPACE}4{SPACE}h"
    assert lasting(59, "en") == f"59{SPACE}s"


def served(**given: object) -> Served:
    console = console_of(sources_of(**given))
    return Served(routes(console, lambda: NOW))


NUMBERS = {
    "readings_stored_total": 184_230.0,
    "journal_lag_messages": 17.0,
    "data_free_bytes": 5e9,
    "data_total_bytes": 1e10,
    "process_start_time_seconds": NOW / 1000 - 7_200,
    f"{REFUSED}schema": 4.0,
    f"{REFUSED}too_old": 0.0,
}


def test_the_page_tells_rates_lag_room_refusals_and_versions() -> None:
    history = [Sample(0, {"readings_stored_total": 184_000.0}), Sample(10_000, NUMBERS)]
    with served(numbers=lambda: NUMBERS, samples=lambda: history, versions=lambda: {"python": "3.11.2"}) as site:
        status, body, headers = site.get("/platform")
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    for words in ("23/s", f"5{SPACE}Go", f"50{SPACE}% de 10{SPACE}Go", f"2{SPACE}h", "3.11.2", ">17<"):
        assert words in body, words
    assert '<a href="/quarantine?reason=schema">forme inattendue</a>' in body
    assert "trop tardive" not in body, "nothing was refused for it"
    assert body.count("<h1>") == 1


def test_what_is_wrong_comes_first_in_words_and_marks_the_title() -> None:
    checks = {"broker": "", "store": consoles.SCRIPT, f"broker {consoles.SCRIPT}": "away"}
    with served(checks=lambda: checks) as site:
        body = site.get("/platform?lang=en")[1]
    assert consoles.SCRIPT not in body
    assert body.index(">to be mended<") < body.index(">well<")
    assert "<title>⚠" in body


def test_the_page_is_whole_before_anything_is_known() -> None:
    with served() as site:
        for language in ("fr", "en"):
            status, body, _ = site.get(f"/platform?lang={language}")
            assert status == 200
            assert NONE in body


def test_numbers_that_cannot_be_counted_are_said_and_the_checks_are_shown() -> None:
    def locked() -> dict[str, float]:
        raise OSError("the file is locked")

    with served(numbers=locked) as site:
        status, body, _ = site.get("/platform")
    assert status == 200
    assert "the file is locked" in body
    assert "Base de mesures" in body


def test_both_languages_say_the_same_things_and_name_all_that_is_shown() -> None:
    assert set(TEXTS["fr"]) == set(TEXTS["en"])
    assert set(FLOWS) <= set(TEXTS["fr"])
    assert "platform" in LAYOUT["fr"]
