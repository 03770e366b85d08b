"""Traps of the reference samples that belong to no one format; the others are beside theirs, by the same names."""

from datetime import UTC, datetime
from pathlib import Path

from devices import cells
from devices.load import load_registry
from devices.model import Field
from ingest.codecs.job import Job
from ingest.codecs.mapping import read_fields
from ingest.codecs.uplink import Decoded
from ingest.device_profiles import read_profiles, read_vectors
from ingest.sandbox import Sandbox
from ingest.vectors import Vector, fault
from vigiterre.demo.local_time import PARIS

ROOT = Path(__file__).parents[2]


def test_trap_5_a_day_without_a_time_is_its_midnight_and_french_dates_are_day_first() -> None:
    assert cells.iso_date("1/2/2007") == "2007-02-01"
    assert cells.iso_date("16/12/2006") == "2006-12-16"
    midnight = cells.instant("2022-01-10")
    assert midnight == cells.instant("2022-01-10T00:00")
    assert midnight == datetime(2022, 1, 10, tzinfo=PARIS).timestamp() * 1000


def test_trap_5_a_day_has_23_or_25_hours_when_the_clock_changes() -> None:
    def hours(day: str, next_day: str) -> float:
        begin, end = cells.instant(day), cells.instant(next_day)
        assert begin is not None
        assert end is not None
        return (end - begin) / 3_600_000

    assert hours("2022-03-27", "2022-03-28") == 23
    assert hours("2022-10-30", "2022-10-31") == 25
    assert cells.instant("2019-03-31T03:00+02:00") == datetime(2019, 3, 31, 1, tzinfo=UTC).timestamp() * 1000


def test_trap_10_probe_and_internal_temperature_of_one_frame_are_two_quantities() -> None:
    registry = load_registry(ROOT / "config")
    model = registry.models["decentlab-dl-itst"]
    by_quantity = {field.quantity: field.field for field in model.fields}
    assert by_quantity["road_surface_temperature"] != by_quantity["device_temperature"]
    values, faults = read_fields({"temperature_target": -1.5, "temperature_head": 4.0}, model.fields)
    assert (sorted(values.values()), faults) == ([-1.5, 4.0], [])


def test_trap_10_a_reply_from_the_log_keeps_its_own_time() -> None:
    source = (
        "function decodeUplink(input) { return {data: ["
        "{time: '2026-01-12T05:40:00Z', temperature: 1}, {time: '2026-01-12T05:50:00Z', temperature: 2}]}; }"
    )
    with Sandbox({"log.js": source}) as sandbox:
        (outcome,) = sandbox.decode([Job("log.js", b"\0", 2, 0, {})])
    assert not isinstance(outcome, Exception)
    assert [one.time for one in outcome] == [1_768_196_400_000, 1_768_197_000_000]


def test_trap_11_test_files_that_are_not_strict_json_are_read() -> None:
    profile = next(one for one in read_profiles(ROOT / "tests/data/profiles") if one.model == "acme-th-1")
    frost, short = read_vectors(profile)
    assert (frost.port, frost.payload.hex(), frost.fails) == (2, "ff385c0d2c", False)
    assert (short.payload, short.fails) == (b"\x01", True)


def test_trap_11_empty_errors_and_warnings_mean_success() -> None:
    source = "function decodeUplink(input) { return {data: {t: 502}, errors: [], warnings: []}; }"
    with Sandbox({"c.js": source}) as sandbox:
        (outcome,) = sandbox.decode([Job("c.js", b"\0", 2, 0, {})])
    assert outcome == [Decoded({"t": 502})] or list(outcome) == [Decoded({"t": 502})]  # type: ignore[arg-type]
    assert fault(Vector("v", b"", 2, {"t": 502.0}, fails=False), outcome) == ""


def test_trap_7_everything_may_be_text() -> None:
    fields = [Field(name, name, "1") for name in ("a", "b", "c", "d")]
    values, faults = read_fields({"a": "100.00", "b": "true", "c": 1.0, "d": "12,5"}, fields)
    assert (values, faults) == ({"a": 100.0, "b": 1.0, "c": 1.0, "d": 12.5}, [])
