"""Profiles, calibration, and where a device stood when."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import cells
from devices.device import Device, Placement
from devices.errors import ConfigError
from devices.load import load_registry
from devices.model import Model
from devices.registry import Profile, profile_of

HEADER = "device,from,until,site,name,commune,latitude,longitude,altitude\n"
DAY = 86_400_000


def stay(site: str, since: int | None, until: int | None) -> Placement:
    return Placement(site, site, "03190", None, None, None, since, until)


def profile(*stays: Placement) -> Profile:
    model = Model("acme", "Acme", "A", "native", 600, (), ())
    return profile_of(Device("d", "acme", "road", "", "", (), {}, stays), model, {})


def ms(text: str) -> int:
    found = cells.instant(text)
    assert found is not None
    return found


def test_a_device_is_joined_with_its_model_and_its_place(territory: Path) -> None:
    registry = load_registry(territory)
    found = registry.profiles["salle-1"]
    assert found.device is registry.devices["salle-1"]
    assert found.model is registry.models["acme-air"]
    assert found.series_at(0) == ("building", "salle-1", "acme-air", "college", "03190")
    assert found.device.tags == ("school", "air")
    assert found.device.placements[0].name == "Salle 1, rez-de-chaussée"


def test_fields_are_converted_calibrated_and_limited(territory: Path) -> None:
    devices = territory / "devices.csv"
    devices.write_text(devices.read_text().replace("offset.co2=-12", '"offset.air_temperature=0,5 scale.co2=1.1"'))
    profiles = load_registry(territory).profiles
    plain, calibrated = profiles["salle-1"].fields, profiles["salle-2"].fields
    assert plain["co2"] == ("co2", 1.0, 0.0, 0.0, 10000.0, False)
    assert plain["t"].converts
    assert math.isclose(50 * plain["t"].scale + plain["t"].offset, 10.0, abs_tol=1e-9)
    assert math.isclose(50 * calibrated["t"].scale + calibrated["t"].offset, 10.5, abs_tol=1e-9)
    assert calibrated["co2"] == ("co2", 1.1, 0.0, 0.0, 10000.0, True)


def test_a_quantity_may_also_come_under_its_own_name_in_the_unit_of_the_catalogue(territory: Path) -> None:
    fields = load_registry(territory).profiles["salle-1"].fields
    assert fields["air_temperature"] == ("air_temperature", 1.0, 0.0, -50.0, 60.0, False)
    assert fields["t"].quantity == "air_temperature"


def test_any_device_may_tell_of_its_health(territory: Path) -> None:
    file = territory / "quantities.toml"
    co2 = file.read_text().partition("[air_temperature]")[0]
    file.write_text(file.read_text() + co2.replace("[co2]", "[rssi]"))
    assert load_registry(territory).profiles["salle-1"].fields["rssi"].quantity == "rssi"


def test_devices_that_are_not_calibrated_share_the_rules_of_their_model(territory: Path) -> None:
    devices = territory / "devices.csv"
    devices.write_text(devices.read_text().replace("offset.co2=-12", "alert_level=3"))
    profiles = load_registry(territory).profiles
    assert profiles["salle-1"].fields is profiles["salle-2"].fields
    assert profiles["salle-2"].device.params == {"alert_level": 3.0}


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), max_size=6),
    st.lists(st.integers(-100, 600), min_size=1),
)
def test_every_event_belongs_to_the_first_placement_not_yet_over(
    lengths_and_gaps: list[tuple[int, int]], times: list[int]
) -> None:
    stays: list[Placement] = []
    clock = 0
    for length, gap in lengths_and_gaps:
        stays.append(stay(f"site-{len(stays)}", clock, clock + length))
        clock += length + gap
    stays.append(stay("now", clock, None))
    found = profile(*stays)
    for time in times:
        expected = next(place for place in stays if place.until is None or time < place.until)
        assert found.series_at(time).site == expected.site
        assert found.series_at(time) is found.series_at(time)


def test_a_stay_ends_before_its_until_and_the_row_of_devices_csv_holds_from_then_on(territory: Path) -> None:
    (territory / "placements.csv").write_text(
        HEADER
        + "salle-1,2024-06-01,2024-07-01,mairie,Mairie,03310,,,\n"
        + "salle-1,,2024-03-01,ecole,École,03190,46.5,3.3,\n"
    )
    found = load_registry(territory).profiles["salle-1"]
    sites = [found.series_at(ms(day) + shift).site for day in ("2024-03-01", "2024-07-01") for shift in (-1, 0)]
    assert sites == ["ecole", "mairie", "mairie", "college"]
    assert [place.site for place in found.device.placements] == ["ecole", "mairie", "college"]
    assert found.device.placements[-1].since == ms("2024-07-01")


def test_an_open_last_stay_that_agrees_says_since_when(territory: Path) -> None:
    (territory / "placements.csv").write_text(
        HEADER + "salle-1,,2024-03-01,ecole,,03190,,,\nsalle-1,2024-04-01,,college,,03190,,,\n"
    )
    with pytest.raises(ConfigError, match="says otherwise \\(name\\)"):
        spoil(territory, "college,,", "college,Autre,")
    spoil(territory, "college,Autre,", 'college,"Salle 1, rez-de-chaussée",')
    places = load_registry(territory).devices["salle-1"].placements
    assert [(place.site, place.since, place.until) for place in places] == [
        ("ecole", None, ms("2024-03-01")),
        ("college", ms("2024-04-01"), None),
    ]
    assert places[-1].latitude == 46.56


def spoil(territory: Path, old: str, new: str) -> None:
    file = territory / "placements.csv"
    file.write_text(file.read_text().replace(old, new))
    load_registry(territory)


def test_every_problem_of_every_file_is_told_at_once(territory: Path) -> None:
    for name in ("quantities.toml", "models/acme-air.toml"):
        file = territory / name
        file.write_text(file.read_text() + "\nsurprise = 1\n")
    (territory / "models" / "broken.toml").write_text("maker = ")
    (territory / "devices.csv").write_text((territory / "devices.csv").read_text().replace("03190", "3190"))
    (territory / "placements.csv").write_text(HEADER + "salle-9,2024-01-01,2024-02-01,a,a,03190,,,\n")
    with pytest.raises(ConfigError) as caught:
        load_registry(territory)
    found = [(problem.file, problem.code) for problem in caught.value.problems]
    assert found == [
        ("quantities.toml", "unknown_key"),
        ("models/acme-air.toml", "unknown_key"),
        ("models/broken.toml", "toml_syntax"),
        ("devices.csv", "bad_commune"),
        ("devices.csv", "bad_commune"),
        ("placements.csv", "unknown_device"),
    ]


def test_one_mistake_is_told_once_not_by_everyone_who_refers_to_it(territory: Path) -> None:
    file = territory / "quantities.toml"
    file.write_text(file.read_text().replace("max = 10000.0", 'max = "many"'))
    with pytest.raises(ConfigError) as caught:
        load_registry(territory)
    assert [problem.text("en").split(": ")[0:2] for problem in caught.value.problems] == [
        ["quantities.toml", "line 6, co2.max"]
    ]


def test_only_the_last_placement_may_be_open() -> None:
    with pytest.raises(AssertionError):
        profile(replace(stay("a", 0, 5), until=None), stay("b", 5, None))
