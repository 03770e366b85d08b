"""What the page shows of a device: order, units, age, lateness."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.rows import LATE_AFTER, DeviceRow, age, moment, rows
from devices.load import load_registry
from devices.readable import readable, whole
from devices.reading import Series
from stores.port import Latest

REGISTRY = load_registry(Path(__file__).parent.parent.parent / "config")
NOW = 1_795_608_000_000
ROAD = Series("road", "d978a-lurcy", "road-weather-station", "d978a-lurcy", "03155")
INTERVAL_MS = REGISTRY.models["road-weather-station"].interval * 1000
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def road(latest: Sequence[Latest], language: Literal["fr", "en"] = "en") -> DeviceRow:
    return next(row for row in rows(REGISTRY, latest, NOW, language) if row.id == "d978a-lurcy")


def test_values_come_in_the_order_of_the_model_and_unknown_ones_last() -> None:
    fields = [field.quantity for field in REGISTRY.models["road-weather-station"].fields]
    latest = [Latest(ROAD, quantity, NOW, 1.0) for quantity in (*reversed(fields), "forgotten")]
    labels = [value.label for value in road(latest).values]
    assert labels == [*(REGISTRY.quantities[name].label["en"] for name in fields), "forgotten"]


def test_a_value_older_than_its_neighbours_says_its_own_age() -> None:
    shown = road([Latest(ROAD, "road_surface_temperature", NOW, -1.0), Latest(ROAD, "friction", NOW - 60_000, 0.5)])
    ages = [value.moment.age if value.moment else "" for value in shown.values]
    assert ages == ["", f"1{SPACE}min ago"]


def test_a_device_is_late_after_three_of_its_intervals_and_not_before() -> None:
    limit = LATE_AFTER * INTERVAL_MS
    assert not road([Latest(ROAD, "friction", NOW - limit, 0.5)]).late
    assert road([Latest(ROAD, "friction", NOW - limit - 1, 0.5)]).late


def test_a_device_never_heard_is_not_late_but_without_a_reading() -> None:
    shown = road([])
    assert (shown.moment, shown.late, shown.values) == (None, False, [])


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
