"""Faults planted one by one in a folder that has none, and all of them at once."""

from pathlib import Path

import pytest
from good_grafana import CONFIG, NAMES, Good
from planted_faults import CASES, Case

from dashboards.grafana.check.fault import Fault
from dashboards.grafana.check.files import read_folder
from dashboards.grafana.check.static import faults
from dashboards.grafana.check.texts import FAULTS
from devices.problems import LANGUAGES


def reported(case: Case, found: list[Fault]) -> bool:
    return any(
        fault.code == case.code and fault.file == case.file and case.place in fault.place.text("en") for fault in found
    )


def test_a_good_folder_has_no_fault(tmp_path: Path) -> None:
    assert [fault.text("en") for fault in Good(tmp_path).faults()] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_p14_p15_a_planted_fault_is_reported_where_it_is_and_no_other(case: Case, tmp_path: Path) -> None:
    good = Good(tmp_path)
    case.plant(good)
    found = good.faults()
    assert {fault.code for fault in found} == {case.code}, [fault.text("en") for fault in found]
    assert reported(case, found), [fault.text("en") for fault in found]


def test_all_faults_at_once_are_all_reported(tmp_path: Path) -> None:
    good = Good(tmp_path)
    for case in CASES:
        case.plant(good)
    found = good.faults()
    assert [case.name for case in CASES if not reported(case, found)] == []


def test_every_fault_says_in_both_languages_what_to_do(tmp_path: Path) -> None:
    good = Good(tmp_path)
    for case in CASES:
        case.plant(good)
    for fault in good.faults():
        for language in LANGUAGES:
            assert fault.text(language).startswith(fault.file)
            assert ";" in FAULTS[fault.code][language]


def test_a_missing_folder_and_an_empty_one_are_faults(tmp_path: Path) -> None:
    assert [fault.code for fault in read_folder(tmp_path / "nowhere").faults] == ["missing_folder"]
    assert [fault.code for fault in read_folder(tmp_path).faults] == ["no_dashboards"]


def test_p15_what_is_committed_has_no_fault() -> None:
    found = list(faults(read_folder(CONFIG / "grafana"), NAMES))
    assert [fault.text("en") for fault in found] == []
