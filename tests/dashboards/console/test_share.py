"""What a commune sees by its link, and that it sees nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from consoles import REGISTRY, Served, console_of, sources_of

from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.pieces.clock import now_ms
from dashboards.console.present import Present
from dashboards.console.share.history import history_csv
from dashboards.console.share.page import routes
from devices.reading import Reading, Series
from stores.port import Point

DAY, HOUR = 86_400_000, 3_600_000
ROOM, ELSEWHERE = "college-moulins-s12", "college-vichy-s21"
MOULINS = "03190"


def stored(device: str, field: str, start: int, end: int, _policy: str) -> Sequence[Point]:
    return [Point(end - HOUR, 1612.5)] if field == "co2" else []


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    with Accounts(tmp_path) as made:
        yield made


@pytest.fixture
def served(accounts: Accounts) -> Iterator[Served]:
    room = Series("building", ROOM, "indoor-air", "college-moulins", MOULINS)
    present = Present()
    present.take(
        [Reading(room, now_ms(), {"co2": 1612.5}), Reading(room._replace(device=ELSEWHERE), now_ms(), {"co2": 1})]
    )
    with Served(routes(console_of(sources_of(points=stored), present, None), accounts.shares.of)) as pages:
        yield pages


def link(accounts: Accounts, commune: str = MOULINS, days: int = 1) -> str:
    return "/share/" + accounts.shares.add(commune, "mairie", now_ms() + days * DAY, now_ms())


def test_a_commune_sees_its_own_devices_and_no_others(accounts: Accounts, served: Served) -> None:
    page = served.get(link(accounts))
    assert page.status == 200
    assert "Capteurs de Moulins" in page.body
    assert "1612\u00a0ppm" in page.body
    assert ELSEWHERE not in page.body
    assert "/devices" not in page.body
    sheet = served.get(link(accounts) + "/values.csv").body
    assert sheet.startswith("\ufeff")
    assert ROOM in sheet
    assert ELSEWHERE not in sheet


def test_its_history_is_a_file_for_a_french_spreadsheet(accounts: Accounts, served: Served) -> None:
    answer = served.get(link(accounts) + "/history.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="03190-7.csv"'
    lines = answer.body.splitlines()
    assert lines[0].startswith("\ufeffHeure locale;ISO 8601;Lieu;")
    assert any(f";{ROOM};" in line and ";1612,5;" in line for line in lines)
    assert not any(ELSEWHERE in line for line in lines)


def test_what_a_device_measured_where_it_stood_before_is_not_the_communes() -> None:
    device = REGISTRY.devices["air-pm-moulins"]
    elsewhere, here = device.placements
    assert elsewhere.until is not None
    moved = elsewhere.until

    def around(_device: str, field: str, _start: int, _end: int, _policy: str) -> Sequence[Point]:
        return [Point(moved - HOUR, 1.0), Point(moved + HOUR, 2.0)] if field == "pm10" else []

    only = replace(REGISTRY, profiles={device.id: REGISTRY.profiles[device.id]})
    for place, value in ((elsewhere, "1"), (here, "2")):
        [_, row] = history_csv(only, place.commune, around, moved - DAY, moved + DAY, "fr").strip().splitlines()
        assert f";{value};" in row


def test_the_name_of_a_place_is_no_formula_in_the_file() -> None:
    profile = REGISTRY.profiles[ROOM]
    [place] = profile.device.placements
    named = replace(profile, device=replace(profile.device, placements=(replace(place, name="=1+1"),)))
    text = history_csv(replace(REGISTRY, profiles={ROOM: named}), MOULINS, stored, 0, DAY, "fr")
    assert ";'=1+1;" in text


def test_the_report_is_of_the_commune_whatever_the_address_asks(accounts: Accounts, served: Served) -> None:
    page = served.get(link(accounts) + "/report?kind=day&commune=03310&site=college-vichy")
    assert page.status == 200
    assert "Bilan de Moulins" in page.body
    assert "Vichy" not in page.body
    assert served.get(link(accounts) + "/report?kind=year").status == 400


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "..%2f..%2fetc"])
def test_a_wrong_link_opens_nothing_and_says_the_same_as_one_that_is_over(
    accounts: Accounts, served: Served, token: str
) -> None:
    over = served.get(link(accounts, days=-1))
    wrong = served.get(f"/share/{token}")
    assert wrong.status == over.status == 404
    assert "pas valable" in over.body


def test_a_revoked_link_is_over_at_once_and_the_address_stays_here(accounts: Accounts, served: Served) -> None:
    address = link(accounts)
    page = served.get(address)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    [share] = accounts.shares.all()
    assert share.used is not None
    accounts.shares.revoke(share.id)
    assert served.get(address).status == 404
    assert served.get(address + "/values.csv").status == 404
    with pytest.raises(AccountRefused, match="no share number"):
        accounts.shares.revoke(share.id)


def test_the_file_keeps_the_hash_of_a_link_alone(accounts: Accounts, tmp_path: Path) -> None:
    token = accounts.shares.add(MOULINS, "mairie", now_ms() + DAY, now_ms())
    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_both_languages_are_there(accounts: Accounts, served: Served) -> None:
    assert "Devices of Moulins" in served.get(link(accounts) + "?lang=en").body
