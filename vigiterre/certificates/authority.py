"""The territory's authority: what it signs. Pure but for the random numbers.

A certificate is for a device alone: its common name is the id, it may sign a handshake, and it may be a client's. So
none that leaks plays the broker or signs another one.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vigiterre.certificates.request import PublicKey

AUTHORITY_DAYS = 7_300
"""20 years. No device holds the authority's certificate: its end is the broker's concern alone."""
BACKDATED = timedelta(hours=1)
"""So that a clock that is a little behind takes what was signed a moment ago."""
SIGNS = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip
COMES_IN = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip


class Term(NamedTuple):
    """From when until when something is good."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, now: int, length: timedelta) -> Self:
        """`now` is ms; X.509 knows seconds."""
        begins = datetime.fromtimestamp(now // 1000, UTC)
        return cls(begins - BACKDATED, begins + length)


class Authority(NamedTuple):
    """Opened: whoever holds this signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def founded(cls, now: int) -> Self:
        """A new one, whose name no other has. `now` is ms."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = named(f"Vigiterre {secrets.token_hex(4)}")
        unsigned = _unsigned(name, name, key.public_key(), Term.of(now, timedelta(days=AUTHORITY_DAYS)))
        unsigned = unsigned.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return cls(unsigned.add_extension(SIGNS, critical=True).sign(key, SHA256()), key)

    def __repr__(self) -> str:
        return f"Authority({self.certificate.subject.rfc4514_string()!r})"

    def issue(self, name: str, key: PublicKey, now: int, length: timedelta) -> x509.Certificate:
        """For the device `name`; never good for longer than the authority itself. `now` is ms."""
        begins, ends = Term.of(now, length)
        term = Term(begins, min(ends, self.certificate.not_valid_after_utc))
        unsigned = _unsigned(named(name), self.certificate.subject, key, term)
        unsigned = unsigned.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        unsigned = unsigned.add_extension(COMES_IN, critical=True)
        client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return unsigned.add_extension(client, critical=False).add_extension(self._by(), critical=False).sign(
            self.key, SHA256()
        )  # fmt: skip

    def revocations(self, serials: Iterable[str], number: int, now: int) -> str:
        """The list (CRL) of certificates that are worth nothing any more, PEM. `now` is ms.

        It is good for as long as the authority: a list that has run out would keep every device out, and the broker
        gets each new one from us as a file.
        """
        begins, ends = Term.of(now, timedelta(0)).begins, self.certificate.not_valid_after_utc
        unsigned = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        unsigned = unsigned.last_update(begins).next_update(ends)
        unsigned = unsigned.add_extension(x509.CRLNumber(number), critical=False)
        unsigned = unsigned.add_extension(self._by(), critical=False)
        revoked = x509.RevokedCertificateBuilder().revocation_date(begins)
        for serial in serials:
            unsigned = unsigned.add_revoked_certificate(revoked.serial_number(int(serial, 16)).build())
        return unsigned.sign(self.key, SHA256()).public_bytes(Encoding.PEM).decode()

    def _by(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())


def serial_of(certificate: x509.Certificate) -> str:
    """As it is kept: 160 bits fit no integer of SQLite."""
    return f"{certificate.serial_number:040x}"


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256."""
    return certificate.fingerprint(SHA256()).hex()


def serials_in(revocations: bytes) -> frozenset[str]:
    """Of a list in PEM. Raises ValueError."""
    return frozenset(f"{one.serial_number:040x}" for one in x509.load_pem_x509_crl(revocations))


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _unsigned(subject: x509.Name, issuer: x509.Name, key: PublicKey, term: Term) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(term.begins).not_valid_after(term.ends)
    return builder.add_extension(identifier, critical=False)
