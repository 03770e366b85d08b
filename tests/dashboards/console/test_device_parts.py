"""The parts of the page of a device: span, limits, sentence, table, file, radio, raw messages."""

import re
from typing import get_args

import pytest
from consoles import REGISTRY, RULES
from hypothesis import given
from hypothesis import strategies as st

from alerts.planning import Planning
from dashboards.console.device import texts
from dashboards.console.device.health import grade
from dashboards.console.device.limits import length, lines
from dashboards.console.device.raw import SHOWN, raw_rows
from dashboards.console.device.samples import Sample, Track, thin
from dashboards.console.device.series import HOURS_LIMIT, LIMIT, body_of, series
from dashboards.console.device.sheet import sheet
from dashboards.console.device.sketch import HEIGHT, WIDTH, sketch
from dashboards.console.device.span import DAY_MS, LENGTHS, Span, read_span
from dashboards.console.device.summary import duration, summary
from dashboards.console.device.twin import PAGE_ROWS, page_number, twin
from dashboards.console.sources import RawMessage
from devices.cells import instant
from devices.problems import Language
from devices.schema import HOUR_MS, RAW, ROLLUP

NOW = 1_795_608_000_000
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DAY = Span("24h", NOW - DAY_MS, NOW + 1)
AIR = REGISTRY.quantities["air_temperature"]
RAIN = REGISTRY.quantities["rainfall"]
DOOR = REGISTRY.quantities["door_open"]


def at(text: str) -> int:
    time = instant(text)
    assert time is not None
    return time


def track(*values: float, step: int = HOUR_MS, policy: str = RAW, end: int = NOW) -> Track:
    """One value a step, the last one at `end`."""
    first = end - (len(values) - 1) * step
    return Track([Sample(first + n * step, one, one, one) for n, one in enumerate(values)], policy, step)


@pytest.mark.parametrize("name", LENGTHS)
def test_a_named_range_ends_now(name: str) -> None:
    assert read_span({"range": name}, NOW) == (Span(name, NOW - LENGTHS[name], NOW + 1), {})


def test_times_are_those_of_paris_and_a_bare_day_is_whole() -> None:
    span, wrong = read_span({"from": "2026-11-23T06:00", "to": "24/11/2026"}, NOW)
    assert not wrong
    assert (span.start, span.end) == (at("2026-11-23T05:00:00Z"), at("2026-11-24T23:00:00Z"))


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"range": "2w"}, {"range": "bad_range"}),
        ({"from": "yesterday"}, {"from": "bad_moment"}),
        ({"to": "2026-11-24"}, {"from": "bad_moment"}),
        ({"from": "2026-13-01", "to": "x"}, {"from": "bad_moment", "to": "bad_moment"}),
        ({"from": "2026-11-24", "to": "2026-11-20"}, {"to": "ends_first"}),
        ({"from": "1999-01-01", "to": "2020-01-01"}, {"from": "too_long"}),
        ({"from": "9999999999999"}, {"from": "bad_moment"}),
        ({"from": "0001-01-01"}, {"from": "bad_moment"}),
    ],
)
def test_a_wrong_span_is_the_last_day_and_says_what_is_wrong(query: dict[str, str], wrong: dict[str, str]) -> None:
    span, found = read_span(query, NOW)
    assert (span.name, found) == ("24h", wrong)
    assert set(wrong.values()) <= texts.TEXTS["fr"].keys()


@given(st.dictionaries(st.sampled_from(["range", "from", "to"]), st.text(max_size=30)))
def test_no_question_breaks_the_reading_of_a_span(query: dict[str, str]) -> None:
    span, _ = read_span(query, NOW)
    assert span.start < span.end


def test_limits_are_those_of_the_rules_on_this_device_with_its_own_parameters() -> None:
    profile = next(one for one in REGISTRY.profiles.values() if isinstance(one.device.params.get("alert_level"), float))
    rules = Planning(RULES.values(), REGISTRY).of(profile.series_at(NOW))
    level = REGISTRY.quantities["water_level"]
    drawn = [line.value for line in lines(rules, level, REGISTRY, "fr")]
    assert any(value is not None for value in drawn)
    assert profile.device.params["alert_level"] in drawn


def test_a_limit_that_another_quantity_sets_has_words_and_no_line() -> None:
    profile = REGISTRY.profiles["d945-souvigny"]
    rules = Planning(RULES.values(), REGISTRY).of(profile.series_at(NOW))
    surface = lines(rules, REGISTRY.quantities["road_surface_temperature"], REGISTRY, "en")
    moving = [line for line in surface if line.value is None]
    assert moving
    assert any("freezing temperature" in line.words.lower() for line in moving)
    assert [line.level for line in surface] == sorted(
        (line.level for line in surface), key="critical warning info".find
    )


@pytest.mark.parametrize(
    ("ms", "words"), [(1_800_000, "30 min"), (28_800_000, "8 h"), (2 * DAY_MS, "2 j"), (5_400_000, "90 min")]
)
def test_a_window_is_said_in_its_greatest_whole_unit(ms: int, words: str) -> None:
    assert length(ms, "fr") == words.replace(" ", NBSP)


def test_the_sentence_says_lowest_highest_mean_newest_and_trend() -> None:
    rising = track(*[float(n) for n in range(24)])
    said = summary(rising, AIR, DAY, "fr").replace(NBSP, " ")
    assert said.startswith("De 0,0 °C (")
    assert "à 23,0 °C" in said
    assert "moyenne 11,5 °C" in said
    assert "dernière valeur 23,0 °C" in said
    assert "en hausse de 4,0 °C (4 h comparées aux 4 h d'avant)" in said


def test_what_changes_little_is_steady_and_what_is_empty_says_so() -> None:
    assert "stable" in summary(track(*[5.0, 5.1] * 12), AIR, DAY, "fr")
    assert summary(track(), AIR, DAY, "en") == "No value in this period."


def test_rain_has_a_total_and_a_meter_what_it_counted() -> None:
    assert "in total 6 mm" in summary(track(1.0, 2.0, 3.0), RAIN, DAY, "en").replace(NBSP, " ").lower()
    meter = summary(track(100.0, 107.5), REGISTRY.quantities["water_volume"], DAY, "en").replace(NBSP, " ")
    assert "beginning and end 7.5 m³" in meter


def test_states_say_how_long_each_was_held() -> None:
    said = summary(track(0, 1, 1, 0), DOOR, DAY, "en").replace(NBSP, " ")
    closed, opened = (DOOR.states[state]["en"] for state in (0, 1))
    assert said == f"{opened} 2 h (67%); {closed} 1 h (33%); 2 changes."


@pytest.mark.parametrize(
    ("ms", "words"), [(0, "0 s"), (40_000, "40 s"), (75_900_000, "21 h 5 min"), (97_200_000, "1 d 3 h")]
)
def test_a_duration_has_its_two_greatest_units(ms: int, words: str) -> None:
    assert duration(ms, "en").replace(NBSP, " ") == words


def test_the_table_has_hours_of_a_day_newest_first_with_lowest_and_highest() -> None:
    table = twin(track(1.0, 3.0, 8.0, step=HOUR_MS // 2, end=at("2026-11-24T12:30:00Z")), AIR, DAY, 1, "fr")
    assert [(row.when, row.value, row.low, row.high, row.made_of) for row in table.rows] == [
        ("24 nov. 2026, 13:00", f"5,5{NBSP}°C", f"3,0{NBSP}°C", f"8,0{NBSP}°C", 2),
        ("24 nov. 2026, 12:00", f"1,0{NBSP}°C", f"1,0{NBSP}°C", f"1,0{NBSP}°C", 1),
    ]
    assert table.rows[0].iso == "2026-11-24T13:00:00+01:00"


def test_days_are_those_of_paris_on_the_day_of_25_hours_too() -> None:
    month = Span("30d", at("2026-10-24"), at("2026-11-20"))
    hours = track(*[1.0] * 73, policy=ROLLUP, end=at("2026-10-27T00:00"))
    table = twin(hours, AIR, month, 1, "en")
    assert [row.made_of for row in table.rows] == [1, 24, 25, 23]


def test_states_of_a_day_in_the_table_add_up_to_it() -> None:
    month = Span("30d", at("2026-10-24"), at("2026-11-20"))
    hours = track(*[1.0] * 49, policy=ROLLUP, end=at("2026-10-26T00:00"))
    rows = twin(hours, DOOR, month, 1, "en").rows
    assert rows[1].value.endswith(f"1{NBSP}d 1{NBSP}h")


def test_pages_of_the_table_are_bounded() -> None:
    table = twin(track(*[1.0] * (PAGE_ROWS + 1)), AIR, DAY, 99, "fr")
    assert (table.number, table.pages, len(table.rows)) == (2, 2, 1)


@pytest.mark.parametrize(("text", "number"), [("", 1), ("3", 3), ("0", None), ("-1", None), ("²", None), ("1e9", None)])
def test_a_page_is_a_number_from_one(text: str, number: int | None) -> None:
    assert page_number(text) == number


def test_the_file_opens_in_a_french_spreadsheet() -> None:
    text = sheet(track(-0.8, 12.25, end=at("2026-11-24T12:00:00Z")), AIR, "fr")
    assert text == (
        "\ufeffHeure de Paris;ISO 8601;Température de l'air (°C)\r\n"
        "24/11/2026 12:00:00;2026-11-24T12:00:00+01:00;-0,8\r\n"
        "24/11/2026 13:00:00;2026-11-24T13:00:00+01:00;12,25\r\n"
    )


def test_the_file_of_hours_has_extremes_and_that_of_states_words() -> None:
    hours = Track([Sample(NOW, 2.0, 1.0, 3.5)], ROLLUP, HOUR_MS)
    assert sheet(hours, AIR, "fr").endswith(";2;1;3,5\r\n")
    assert sheet(hours, AIR, "en").endswith(";2;1;3.5\r\n")
    assert sheet(track(1.0), DOOR, "fr").endswith(f";1;{DOOR.states[1]['fr']}\r\n")


def test_the_sketch_stays_within_its_box() -> None:
    drawn = sketch(track(*[float(n % 7) for n in range(300)], step=300_000), DAY, "line", [])
    numbers = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", drawn.path)]
    assert max(numbers[::2]) <= WIDTH
    assert all(0 <= one <= HEIGHT for one in numbers[1::2])


def test_the_sketch_breaks_its_line_at_a_gap() -> None:
    early = track(1.0, 2.0, step=600_000, end=NOW - 5 * HOUR_MS).samples
    late = track(3.0, 4.0, step=600_000).samples
    assert sketch(Track([*early, *late], RAW, 600_000), DAY, "line", []).path.count("M") == 2


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.sampled_from(["line", "bars", "dots"]))
def test_any_values_can_be_drawn(values: list[float], shape: str) -> None:
    drawn = sketch(track(*values), DAY, shape, [])
    assert drawn.low < drawn.high
    assert "nan" not in drawn.path


def test_a_series_is_bounded_and_has_null_where_nothing_came() -> None:
    many = track(*[float(n % 100) for n in range(5000)], step=10_000)
    assert len(series(many, AIR, DAY, [], "fr")["times"]) <= LIMIT
    gap = Track([Sample(0, 1.0, 1.0, 1.0), Sample(HOUR_MS * 9, 2.0, 2.0, 2.0)], RAW, HOUR_MS)
    assert series(gap, AIR, DAY, [], "fr")["values"] == [1.0, None, 2.0]


def test_a_year_of_hours_is_a_thousand_samples_and_no_extreme_is_lost() -> None:
    hours = [
        Sample(NOW - n * HOUR_MS, n % 83 / 2, n % 83 / 2 - n % 89, n % 83 / 2 + n % 97) for n in range(8760, 0, -1)
    ]
    found = series(Track(hours, ROLLUP, HOUR_MS), AIR, Span("1y", hours[0].time, NOW), [], "fr")
    assert found["of"] == 8760
    assert HOURS_LIMIT / 2 < len(found["times"]) <= HOURS_LIMIT
    assert min(found["low"]) == min(one.low for one in hours)
    assert max(found["high"]) == max(one.high for one in hours)
    assert (found["times"][0], found["times"][-1]) == (hours[0].time, hours[-1].time)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(-1e9, 1e9), st.floats(0, 1e6)), max_size=60))
def test_thinning_keeps_order_ends_and_extremes(facts: list[tuple[int, float, float]]) -> None:
    samples = [Sample(time, value, value - reach, value + reach) for time, value, reach in sorted(facts)]
    found = thin(samples, 10)
    assert len(found) <= 10
    assert [one for one in samples if one in found] == found or len({*samples}) < len(samples)
    if samples:
        assert (found[0], found[-1]) == (samples[0], samples[-1])
        assert min(one.low for one in found) == min(one.low for one in samples)
        assert max(one.high for one in found) == max(one.high for one in samples)


def test_the_tag_of_a_series_changes_with_what_it_says() -> None:
    one, same, other = (body_of(series(track(value), AIR, DAY, [], "fr"))[1] for value in (1.0, 1.0, 2.0))
    assert one == same != other


@pytest.mark.parametrize(
    ("quantity", "value", "word"),
    [
        ("rssi", -80.0, "good"),
        ("rssi", -112.0, "fair"),
        ("rssi", -125.0, "weak"),
        ("snr", -18.0, "weak"),
        ("spreading_factor", 7.0, "good"),
        ("spreading_factor", 12.0, "weak"),
        ("gateways", 1.0, "fair"),
        ("battery_level", 15.0, "weak"),
        ("battery_voltage", 3.0, ""),
    ],
)
def test_radio_and_battery_are_judged_in_words(quantity: str, value: float, word: str) -> None:
    assert grade(quantity, value) == word


def test_a_raw_message_is_text_where_it_is_text_and_nothing_in_it_is_invisible() -> None:
    messages = [
        RawMessage(NOW, "a/b", payload) for payload in (b'{"a": 1}\n\x1b[2J', b"\xff\x00\x01", "é".encode() * SHOWN)
    ]
    text, binary, long = raw_rows(messages, NOW, "fr")
    assert (text.text, text.hexadecimal) == ('{"a": 1}\n\\u001b[2J', False)
    assert (binary.text, binary.hexadecimal) == ("ff 00 01", True)
    assert (long.cut, long.hexadecimal, set(long.text)) == (True, False, {"é"})


@pytest.mark.parametrize("table", [texts.TEXTS, texts.LIMITS, texts.SUMMARY, texts.HEALTH_WORDS, texts.SHEET])
def test_every_text_exists_in_both_languages_with_the_same_facts(table: dict[str, dict[str, str]]) -> None:
    assert tuple(table) == get_args(Language)
    assert table["fr"].keys() == table["en"].keys()
    for key, french in table["fr"].items():
        assert set(re.findall(r"\{\w+\}", french)) == set(re.findall(r"\{\w+\}", table["en"][key])), key
        assert not re.search(r" [:;!?»%]|« ", french), key
