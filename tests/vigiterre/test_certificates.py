"""What the authority signs, what it refuses to sign, and what is kept of it."""

import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from vigiterre.certificates.authority import (
    AUTHORITY_DAYS,
    BACKDATED,
    Authority,
    named,
    pem,
    serial_of,
    serials_in,
)
from vigiterre.certificates.errors import CertificateRefused
from vigiterre.certificates.handing_over import key_at
from vigiterre.certificates.key_file import opened, private_pem
from vigiterre.certificates.register import Register, signed_in
from vigiterre.certificates.request import LONGEST, requested_key
from vigiterre.credentials.errors import CredentialRefused
from vigiterre.credentials.file import Credentials, Kind

NOW = 1_795_435_200_000
YEAR = timedelta(days=365)
AUTHORITY = Authority.founded(NOW)
KEY = ec.generate_private_key(ec.SECP256R1())
PHRASE = "quatre mots sans rapport"
SIGNED = SHA256()
Signing = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with closing(Register(tmp_path)) as register:
        register.found(AUTHORITY.certificate, sign, NOW)
        yield register


def sign(serials: object, number: int) -> str:
    return AUTHORITY.revocations(serials, number, NOW)  # type: ignore[arg-type]


def issued(name: str, length: timedelta = YEAR) -> tuple[str, x509.Certificate]:
    return name, AUTHORITY.issue(name, KEY.public_key(), NOW, length)


def request(
    file: Path, key: Signing = KEY, *names: str, by: SHA256 | SHA512 = SIGNED, encoding: Encoding = Encoding.PEM
) -> Path:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names or ("device-a",)])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else by
    asked = x509.CertificateSigningRequestBuilder().subject_name(subject)
    asked = asked.add_extension(x509.BasicConstraints(ca=True, path_length=9), critical=True)
    file.write_bytes(asked.sign(key, algorithm).public_bytes(encoding))
    return file


def test_a_certificate_says_who_it_is_for_and_lets_it_do_nothing_but_come_in() -> None:
    _, found = issued("device-a")
    found.verify_directly_issued_by(AUTHORITY.certificate)
    assert found.subject == named("device-a")
    assert [one.oid for one in found.subject] == [NameOID.COMMON_NAME]
    extensions = {type(one.value): one for one in found.extensions}
    assert extensions[x509.BasicConstraints].value == x509.BasicConstraints(ca=False, path_length=None)
    assert extensions[x509.ExtendedKeyUsage].value == x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    usage = extensions[x509.KeyUsage].value
    assert isinstance(usage, x509.KeyUsage)
    assert (usage.digital_signature, usage.key_cert_sign, usage.crl_sign) == (True, False, False)
    assert all(extensions[one].critical for one in (x509.BasicConstraints, x509.KeyUsage))
    assert x509.SubjectAlternativeName not in extensions
    begins = datetime.fromtimestamp(NOW / 1000, UTC)
    assert (found.not_valid_before_utc, found.not_valid_after_utc) == (begins - BACKDATED, begins + YEAR)


def test_the_authority_signs_devices_and_lists_and_no_further_authority() -> None:
    found = AUTHORITY.certificate
    found.verify_directly_issued_by(found)
    constraints = found.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.crl_sign, usage.digital_signature) == (True, True, False)
    assert isinstance(found.public_key(), ec.EllipticCurvePublicKey)
    assert Authority.founded(NOW).certificate.subject != found.subject


@given(st.integers(0, AUTHORITY_DAYS - 1), st.integers(1, 8_000))
def test_no_certificate_outlives_the_authority(days_later: int, length: int) -> None:
    later = NOW + days_later * 86_400_000
    found = AUTHORITY.issue("device-a", KEY.public_key(), later, timedelta(days=length))
    asked = datetime.fromtimestamp(later / 1000, UTC) + timedelta(days=length)
    assert found.not_valid_after_utc == min(asked, AUTHORITY.certificate.not_valid_after_utc)


@given(st.frozensets(st.integers(1, 2**159 - 1).map("{:040x}".format), max_size=30), st.integers(1, 10**9))
def test_a_list_of_the_revoked_says_those_and_is_good_as_long_as_the_authority(
    serials: frozenset[str], number: int
) -> None:
    text = AUTHORITY.revocations(serials, number, NOW).encode()
    assert serials_in(text) == serials
    found = x509.load_pem_x509_crl(text)
    assert found.is_signature_valid(AUTHORITY.key.public_key())
    assert found.next_update_utc == AUTHORITY.certificate.not_valid_after_utc
    assert found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == number


GOOD = {
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "P-521": ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "RSA 2048": rsa.generate_private_key(65_537, 2_048),
}


@pytest.mark.parametrize("key", GOOD.values(), ids=GOOD)
def test_the_key_of_a_request_is_signed_whatever_else_it_asks_for(key: Signing, tmp_path: Path) -> None:
    for encoding in (Encoding.PEM, Encoding.DER):
        found = requested_key(request(tmp_path / "csr", key, by=SHA512(), encoding=encoding), "device-a")
        certificate = AUTHORITY.issue("device-a", found, NOW, YEAR)
        assert certificate.public_key() == key.public_key()
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.value.ca is False


WEAK = {
    "RSA 1024": rsa.generate_private_key(65_537, 1_024),
    "e = 3": rsa.generate_private_key(3, 2_048),
    "secp224r1": ec.generate_private_key(ec.SECP224R1()),
    "secp256k1": ec.generate_private_key(ec.SECP256K1()),
    "DSA": dsa.generate_private_key(2_048),
}


@pytest.mark.parametrize(("words", "key"), WEAK.items(), ids=WEAK)
def test_a_weak_or_odd_key_is_refused_in_words(words: str, key: Signing, tmp_path: Path) -> None:
    with pytest.raises(CertificateRefused) as refusal:
        requested_key(request(tmp_path / "csr", key), "device-a")
    assert refusal.value.code == "weak_key"
    assert words in str(refusal.value)


@pytest.mark.parametrize("names", [("device-b",), ("device-a", "device-b"), ("DEVICE-A",), ("device-a ",)])
def test_a_request_for_another_name_is_refused_in_words(names: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(CertificateRefused) as refusal:
        requested_key(request(tmp_path / "csr", KEY, *names), "device-a")
    assert refusal.value.code == "other_name"
    assert "/CN=device-a" in refusal.value.text("fr")


def test_a_request_without_any_name_is_refused(tmp_path: Path) -> None:
    asked = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(KEY, SHA256())
    (tmp_path / "csr").write_bytes(asked.public_bytes(Encoding.PEM))
    with pytest.raises(CertificateRefused, match="asks for a certificate for -"):
        requested_key(tmp_path / "csr", "device-a")


def test_a_request_for_the_key_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """Its signature is the proof that whoever asks holds the key."""
    whole = request(tmp_path / "csr", encoding=Encoding.DER).read_bytes()
    for at in range(len(whole) - 70, len(whole)):
        (tmp_path / "csr").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(CertificateRefused) as refusal:
            requested_key(tmp_path / "csr", "device-a")
        assert refusal.value.code in ("unsigned", "bad_request", "weak_key")


@given(st.binary(max_size=300))
def test_no_bytes_are_a_request_by_chance(content: bytes) -> None:
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        with pytest.raises(CertificateRefused):
            requested_key(Path(file.name), "device-a")


def test_a_huge_file_is_no_request(tmp_path: Path) -> None:
    (tmp_path / "csr").write_bytes(b"-----BEGIN CERTIFICATE REQUEST-----\n" + b"A" * LONGEST)
    with pytest.raises(CertificateRefused, match="no request"):
        requested_key(tmp_path / "csr", "device-a")


@pytest.mark.parametrize("phrase", [None, PHRASE])
def test_the_key_is_its_owners_alone_and_opens_again(phrase: str | None, tmp_path: Path) -> None:
    place = tmp_path / "pki/authority.key"
    with key_at(place, private_pem(AUTHORITY.key, phrase), replace=False):
        pass
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert (b"ENCRYPTED" in place.read_bytes()) == bool(phrase)
    found = opened(pem(AUTHORITY.certificate), place, PHRASE)
    assert found.key.private_numbers() == AUTHORITY.key.private_numbers()
    assert str(AUTHORITY.key.private_numbers().private_value) not in repr(found)


def spoilt(place: Path, what: str) -> str | None:
    """A key file with something wrong -> the passphrase to try."""
    place.write_text(private_pem(AUTHORITY.key, PHRASE))
    place.chmod(0o600)
    match what:
        case "key_away":
            place.unlink()
        case "key_exposed":
            place.chmod(0o640)
        case "wrong_passphrase":
            return "cinq mots sans rapport"
        case "other_key":
            place.write_text(private_pem(KEY, None))
        case "no_key":
            place.write_text("-----BEGIN PRIVATE KEY-----\nsecret-of-somebody\n-----END PRIVATE KEY-----\n")
            return None
        case "key_locked":
            return None
    return PHRASE


@pytest.mark.parametrize("what", ["key_away", "key_exposed", "wrong_passphrase", "other_key", "no_key", "key_locked"])
def test_a_key_that_does_not_open_is_said_without_a_word_of_it(what: str, tmp_path: Path) -> None:
    phrase = spoilt(tmp_path / "key", what)
    with pytest.raises(CertificateRefused) as refusal:
        opened(pem(AUTHORITY.certificate), tmp_path / "key", phrase)
    assert refusal.value.code == what
    for text in (refusal.value.text("fr"), refusal.value.text("en")):
        assert str(tmp_path / "key") in text
        assert not any(secret in text for secret in (PHRASE, "cinq mots", "secret-of-somebody"))


def test_a_key_of_another_kind_and_a_short_passphrase_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(
        rsa.generate_private_key(65_537, 2_048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    file.chmod(0o600)
    with pytest.raises(CertificateRefused, match="no EC key"):
        opened(pem(AUTHORITY.certificate), file, None)
    with pytest.raises(CertificateRefused, match="at least 12"):
        private_pem(AUTHORITY.key, "eleven char")


def test_all_or_none_are_entered(register: Register) -> None:
    register.add([issued("device-a")], NOW, renewal=False)
    with pytest.raises(CertificateRefused) as refusal:
        register.add([issued("device-b"), issued("device-a")], NOW + 1, renewal=False)
    assert refusal.value.code == "has_one"
    assert [one.name for one in register.all()] == ["device-a"]
    register.add([issued("device-a")], NOW + 1, renewal=True)
    assert [(one.name, one.issued) for one in register.all()] == [("device-a", NOW), ("device-a", NOW + 1)]


def test_all_or_none_are_revoked_and_the_list_says_so(register: Register) -> None:
    made = [issued("device-a"), issued("device-b")]
    register.add(made, NOW, renewal=False)
    with pytest.raises(CertificateRefused) as refusal:
        register.revoke(["device-a", "device-c"], sign, NOW + 1)
    assert refusal.value.code == "has_none"
    assert serials_in(register.signed().revocations.encode()) == frozenset()
    register.revoke(["device-a"], sign, NOW + 1)
    assert serials_in(register.signed().revocations.encode()) == {serial_of(made[0][1])}
    assert [one.revoked for one in register.all()] == [NOW + 1, None]
    with pytest.raises(CertificateRefused):
        register.revoke(["device-a"], sign, NOW + 2)


def test_a_list_that_cannot_be_signed_revokes_nothing(register: Register) -> None:
    register.add([issued("device-a")], NOW, renewal=False)

    def failing(_serials: object, _number: int) -> str:
        raise CertificateRefused("key_away", file="key", detail="-")

    with pytest.raises(CertificateRefused):
        register.revoke(["device-a"], failing, NOW + 1)
    assert [one.revoked for one in register.all()] == [None]


def test_of_a_renewed_device_the_older_ones_are_revoked(register: Register) -> None:
    for turn in range(3):
        register.add([issued("device-a")], NOW + turn, renewal=True)
    gone = register.revoke(["device-a"], sign, NOW + 9, older=True)
    assert [one.issued for one in gone] == [NOW, NOW + 1]
    with pytest.raises(CertificateRefused) as refusal:
        register.revoke(["device-a"], sign, NOW + 9, older=True)
    assert refusal.value.code == "nothing_older"


def test_what_ended_by_itself_leaves_the_list_of_the_revoked(register: Register) -> None:
    short, long = issued("device-a", timedelta(days=1)), issued("device-b")
    register.add([short, long], NOW, renewal=False)
    register.revoke(["device-a", "device-b"], sign, NOW)
    register.add([issued("device-c")], NOW, renewal=False)
    register.revoke(["device-c"], sign, NOW + 2 * 86_400_000)
    assert serial_of(short[1]) not in serials_in(register.signed().revocations.encode())
    assert serial_of(long[1]) in serials_in(register.signed().revocations.encode())


def test_a_second_authority_takes_the_place_of_the_first_only_when_that_is_said(register: Register) -> None:
    register.add([issued("device-a")], NOW, renewal=False)
    other = Authority.founded(NOW)

    def by_other(serials: object, number: int) -> str:
        return other.revocations(serials, number, NOW)  # type: ignore[arg-type]

    with pytest.raises(CertificateRefused, match="--replace"):
        register.found(other.certificate, by_other, NOW + 1)
    assert register.found(other.certificate, by_other, NOW + 1, replace=True) == ["device-a"]
    assert register.signed().certificate == pem(other.certificate)
    assert [one.revoked for one in register.all()] == [NOW + 1]


def test_no_name_is_both_a_devices_certificate_and_a_service(register: Register, tmp_path: Path) -> None:
    with closing(Credentials(tmp_path)) as accounts:
        accounts.create({"bridge-1": "x" * 40}, Kind.BRIDGE, NOW)
        accounts.create({"device-a": "x" * 40}, Kind.DEVICE, NOW)
        with pytest.raises(CertificateRefused) as refusal:
            register.add([issued("bridge-1")], NOW, renewal=False)
        assert refusal.value.code == "is_service"
        register.add([issued("device-a"), issued("was-a-device")], NOW, renewal=False)
        with pytest.raises(CredentialRefused, match="rights of the service"):
            accounts.create({"was-a-device": "x" * 40}, Kind.INGEST, NOW)
        register.revoke(["was-a-device"], sign, NOW + 1)
        accounts.create({"was-a-device": "x" * 40}, Kind.INGEST, NOW + 2)


def test_what_is_kept_is_public_and_the_file_its_owners_alone(register: Register, tmp_path: Path) -> None:
    register.add([issued("device-a")], NOW, renewal=False)
    assert b"PRIVATE" not in b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert stat.S_IMODE((tmp_path / "credentials.sqlite").stat().st_mode) == 0o600
    signed = signed_in(tmp_path)
    assert signed
    assert signed == register.signed()


def test_an_installation_without_certificates_has_none(tmp_path: Path) -> None:
    assert signed_in(tmp_path) is None
    with closing(Register(tmp_path)) as register, pytest.raises(CertificateRefused, match="has no authority"):
        register.signed()
    assert signed_in(tmp_path) is None
