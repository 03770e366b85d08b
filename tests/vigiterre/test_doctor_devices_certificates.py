"""The doctor on devices' certificates: what ends soon, and what is revoked without the broker knowing."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from vigiterre.broker_config.render import REVOCATIONS
from vigiterre.certificates.authority import AUTHORITY_DAYS, Authority
from vigiterre.certificates.register import Register
from vigiterre.doctor.devices_certificates import devices_certificates
from vigiterre.doctor.finding import Finding
from vigiterre.moment import DAY_MS
from vigiterre.settings import BrokerSettings, Settings

NOW = 1_795_435_200_000
KEY = ec.generate_private_key(ec.SECP256R1()).public_key()


def sign(authority: Authority, register: Register, lengths: dict[str, int]) -> None:
    made = [(name, authority.issue(name, KEY, NOW, timedelta(days=days))) for name, days in lengths.items()]
    register.add(made, NOW, renewal=True)


def founded(data: Path, **lengths: int) -> Authority:
    authority = Authority.founded(NOW)
    with closing(Register(data)) as register:
        register.found(authority.certificate, lambda serials, number: authority.revocations(serials, number, NOW), NOW)
        sign(authority, register, lengths)
    return authority


def found(data: Path, days: float, **given: Any) -> list[Finding]:
    return devices_certificates(Settings(data_dir=data, **given), NOW / 1000 + days * 86_400)


def test_where_there_is_no_authority_nothing_is_said(tmp_path: Path) -> None:
    assert found(tmp_path, 0) == []
    with closing(Register(tmp_path)):
        assert found(tmp_path, 0) == []


@pytest.mark.parametrize(
    ("left", "code"), [(366, "tls.authority"), (365.5, "tls.authority"), (364.5, "tls.authority_ends")]
)
def test_the_authority_is_said_a_year_ahead(left: float, code: str, tmp_path: Path) -> None:
    founded(tmp_path)
    assert [one.code for one in found(tmp_path, AUTHORITY_DAYS - left)] == [code]


def test_devices_whose_last_certificate_ends_are_said_thirty_days_ahead_and_after(tmp_path: Path) -> None:
    authority = founded(tmp_path, renewed=100, old=100, young=400)
    with closing(Register(tmp_path)) as register:
        sign(authority, register, {"renewed": 500})
    for days, names in ((69, ""), (71, "old"), (129, "old"), (131, ""), (380, "young")):
        told = [one for one in found(tmp_path, days) if one.code == "tls.devices_end"]
        assert [one.level for one in told] == ["warning"] * bool(names)
        assert all(one.found.en.endswith(f": {names}") for one in told), days


def test_a_revocation_that_the_broker_was_not_told_of_is_an_error(tmp_path: Path) -> None:
    authority, folder = founded(tmp_path, stolen=400), tmp_path / "mosquitto"
    folder.mkdir()
    broker = BrokerSettings(folder=folder, certificate_listener="127.0.0.1:8884")
    told = folder / REVOCATIONS
    told.write_text(authority.revocations((), 1, NOW))
    assert [one.code for one in found(tmp_path, 1, broker=broker)] == ["tls.authority"]
    with closing(Register(tmp_path)) as register:
        register.revoke(["stolen"], lambda serials, number: authority.revocations(serials, number, NOW), NOW + DAY_MS)
        due = found(tmp_path, 1, broker=broker)
        assert [(one.code, one.level) for one in due] == [("tls.authority", "ok"), ("tls.revocations_due", "error")]
        assert "broker apply" in due[1].remedy.fr
        told.write_text(register.signed().revocations)
    assert [one.code for one in found(tmp_path, 1, broker=broker)] == ["tls.authority"]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "credentials.sqlite").write_bytes(b"no database at all, and long enough to be looked at" * 20)
    assert [(one.code, one.level) for one in found(tmp_path, 0)] == [("tls.unusable", "error")]
