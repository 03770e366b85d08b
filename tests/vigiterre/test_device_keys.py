"""The commissioning page that gives a device its credential: once, to who may, and as a QR code made here."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from consoles import CONFIG, TECHNICIAN, Served, console_of, sources_of

from dashboards.console.access import Role, User
from dashboards.console.install.credential import qr_code
from dashboards.console.install.page import routes
from dashboards.console.sources import Keys
from devices.load import load_registry
from vigiterre.credentials.file import accounts_in
from vigiterre.credentials.hashes import fits
from vigiterre.device_keys import give, since
from vigiterre.settings import BrokerSettings, Settings

DEVICE = "college-moulins-s12"
PAGE = f"/install/{DEVICE}/credential"
ADDRESS = "capteurs.example.org:8883"
REGISTRY = load_registry(CONFIG)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    broker = BrokerSettings(public_address=ADDRESS, cert_file=tmp_path / "cert.pem", key_file=tmp_path / "key.pem")
    return Settings(data_dir=tmp_path, broker=broker)


def served_to(settings: Settings, user: User | None) -> Served:
    keys = Keys(
        lambda device: since(settings, device), lambda device, again: give(settings, REGISTRY, device, again=again)
    )
    return Served(routes(console_of(sources_of(registry=lambda: REGISTRY, keys=keys), user=user)))


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with served_to(settings, TECHNICIAN) as served:
        yield served


def password_on(body: str) -> str:
    [found] = re.findall(r"<code>(vgc_[^<]+)</code>", body)
    return str(found)


def test_a_device_is_given_its_credential_once_and_only_its_hash_stays(served: Served, settings: Settings) -> None:
    assert "vgc_" not in served.get(PAGE).body
    answer = served.post(PAGE, {"csrf": "right"})
    assert answer.status == 200
    password = password_on(answer.body)
    for told in (ADDRESS, DEVICE, f"vigiterre/building/{DEVICE}/up"):
        assert f"<code>{told}</code>" in answer.body
    [account] = accounts_in(settings.data_dir)
    assert (account.name, fits(password, account.hash)) == (DEVICE, True)
    assert answer.headers["cache-control"] == "no-store"
    assert "vgc_" not in served.get(PAGE).body
    assert "depuis" in served.get(PAGE).body


def test_the_code_is_drawn_here_and_loads_nothing(served: Served) -> None:
    body = served.post(PAGE, {"csrf": "right"}).body
    [code] = re.findall(r"<svg.*?</svg>", body, re.DOTALL)
    assert str(qr_code(f"mqtts://{DEVICE}:{password_on(body)}@{ADDRESS}")) == code
    assert "http" not in code
    assert " style=" not in code  # which the page's policy would forbid


def test_a_form_sent_twice_does_not_replace_what_was_just_given(served: Served, settings: Settings) -> None:
    password = password_on(served.post(PAGE, {"csrf": "right"}).body)
    again = served.post(PAGE, {"csrf": "right"})
    assert (again.status, "vgc_" in again.body) == (409, False)
    [account] = accounts_in(settings.data_dir)
    assert fits(password, account.hash)


def test_another_one_is_given_when_it_is_asked_for_and_ends_the_first(served: Served, settings: Settings) -> None:
    first = password_on(served.post(PAGE, {"csrf": "right"}).body)
    assert 'name="again"' in served.get(PAGE).body
    second = password_on(served.post(PAGE, {"csrf": "right", "again": "1"}).body)
    [account] = accounts_in(settings.data_dir)
    assert (fits(first, account.hash), fits(second, account.hash)) == (False, True)


@pytest.mark.parametrize("user", [None, User("paul", Role.VIEWER)])
def test_who_may_not_add_devices_is_given_nothing(settings: Settings, user: User | None) -> None:
    with served_to(settings, user) as served:
        for answer in (served.get(PAGE), served.post(PAGE, {"csrf": "right"})):
            assert answer.status in (303, 403)
            assert "vgc_" not in answer.body
    assert accounts_in(settings.data_dir) == []


def test_a_form_of_another_site_gives_nothing(served: Served, settings: Settings) -> None:
    assert served.post(PAGE, {"csrf": "wrong"}).status == 403
    assert accounts_in(settings.data_dir) == []


def test_a_device_that_is_none_gets_none(served: Served, settings: Settings) -> None:
    assert served.post("/install/no-such-device/credential", {"csrf": "right"}).status == 404
    assert accounts_in(settings.data_dir) == []


def test_without_an_address_to_connect_to_nothing_is_offered() -> None:
    with Served(routes(console_of(sources_of(registry=lambda: REGISTRY)))) as served:
        assert served.get(PAGE).status == 404
        assert f'href="{PAGE}"' not in served.get(f"/install/{DEVICE}").body
