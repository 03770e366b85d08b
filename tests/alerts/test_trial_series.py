"""The notation of a series in the tests of rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.trial_series import LONGEST, series


def test_each_form_of_the_notation() -> None:
    assert series("2 1 0 _ 3") == [2, 1, 0, None, 3]
    assert series("-0.5x3") == [-0.5, -0.5, -0.5]
    assert series("2-0.5x3 1") == [2, 1.5, 1, 0.5, 1]
    assert series("0+0.1x3") == [0, 0.1, 0.2, 0.3]
    assert series("_x2 +1") == [None, None, 1]
    assert series("-1-1x2") == [-1, -2, -3]
    assert series("  ") == []


numbers = st.decimals(-9999, 9999, places=3).map(float)


@given(st.lists(st.none() | numbers))
def test_a_series_written_value_by_value_reads_as_it_was(values: list[float | None]) -> None:
    assert series(" ".join("_" if one is None else f"{one:.3f}" for one in values)) == values


@given(st.lists(st.none() | numbers, max_size=20), st.integers(1, 30))
def test_a_repetition_is_the_same_word_so_many_times(values: list[float | None], times: int) -> None:
    words = ["_" if one is None else f"{one:.3f}" for one in values]
    assert series(" ".join(f"{word}x{times}" for word in words)) == series(
        " ".join(word for word in words for _ in range(times))
    )


@given(numbers, numbers, st.integers(1, 50))
def test_steps_begin_at_the_first_value_and_each_goes_as_far(first: float, by: float, times: int) -> None:
    found = series(f"{first:.3f}{by:+.3f}x{times}")
    assert len(found) == times + 1
    assert found == [pytest.approx(first + by * step, abs=1e-6) for step in range(times + 1)]


@given(st.text(st.sampled_from("0123456789.+-x_ e\t"), max_size=12) | st.text(max_size=12))
def test_a_text_is_read_or_the_word_that_is_wrong_is_named(text: str) -> None:
    found: list[float | None] = []
    wrong = ""
    try:
        found = series(text)
    except ValueError as error:
        wrong = str(error)
    assert (wrong in text.split()) if wrong else all(one is None or isinstance(one, float) for one in found)


def test_a_slip_of_the_finger_does_not_fill_the_memory() -> None:
    for text in ("1x999999", "0+1x999999", f"1x{LONGEST} 1", "1x0", "1x"):
        with pytest.raises(ValueError, match=r"x|^1$"):
            series(text)
