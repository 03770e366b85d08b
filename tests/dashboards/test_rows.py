"""Numbers, ages and moments as the pages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.rows import age, moment
from devices.readable import readable, whole

NOW = 1_795_608_000_000
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-0.04, "Cel", "0.0"),
        (-0.5, "Cel", f"{MINUS}0.5"),
        (21.0, "Cel", "21.0"),
        (-0.001, "m", "0"),
        (0.68, "1", "0.68"),
        (9.999, "1", "10"),
        (1612.5, "[ppm]", "1612"),
        (184_230.4, "m3", "184\N{NARROW NO-BREAK SPACE}230"),
        (1e15, "1", "1\N{NARROW NO-BREAK SPACE}000" + "\N{NARROW NO-BREAK SPACE}000" * 4),
    ],
)
def test_numbers_are_written_as_people_read_them(value: float, unit: str, text: str) -> None:
    assert readable(value, unit, "en") == text
    assert readable(value, unit, "fr") == text.replace(".", ",")


@given(st.floats(-1e12, 1e12), st.sampled_from(["Cel", "1", "m"]))
def test_what_is_shown_is_the_value_to_about_four_digits(value: float, unit: str) -> None:
    text = readable(value, unit, "en").replace(MINUS, "-").replace("\N{NARROW NO-BREAK SPACE}", "")
    assert abs(float(text) - value) <= max(0.06, abs(value) * 6e-4)
    assert "e" not in text
    assert text.strip("-0.") or not text.startswith("-")


@pytest.mark.parametrize(
    ("elapsed", "french"),
    [
        (-60_001, f"en avance de 1{SPACE}min"),
        (-60_000, f"il y a 0{SPACE}s"),
        (0, f"il y a 0{SPACE}s"),
        (59_999, f"il y a 59{SPACE}s"),
        (60_000, f"il y a 1{SPACE}min"),
        (3_599_999, f"il y a 59{SPACE}min"),
        (3_600_000, f"il y a 1{SPACE}h"),
        (86_400_000, f"il y a 1{SPACE}j"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(elapsed: int, french: str) -> None:
    assert age(elapsed, "fr") == french


@given(st.integers(0, 10**12))
def test_an_age_never_claims_more_than_has_passed(elapsed: int) -> None:
    number, unit = age(elapsed, "en").removesuffix(" ago").split(SPACE)
    size = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}[unit]
    assert 0 <= elapsed / 1000 - int(number) * size < size


def test_a_time_is_that_of_the_wall_clock_of_the_territory() -> None:
    assert moment(1_782_000_000_000, NOW, "fr").iso.endswith("+02:00")
    assert moment(1_769_000_000_000, NOW, "fr").iso.endswith("+01:00")


@given(st.integers(-(10**15), 10**15))
def test_spaces_in_a_number_change_nothing(number: int) -> None:
    assert int(whole(number).replace("\N{NARROW NO-BREAK SPACE}", "")) == number
