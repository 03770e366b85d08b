"""What a device asks to be signed (a CSR): its key never leaves it. Whatever else it asks for is not looked at."""

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509.oid import NameOID

from vigiterre.certificates.errors import CertificateRefused

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
LONGEST = 65_536
"""Bytes of a file that may be a request; a long one has a thousand."""
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
LEAST_RSA, MOST_RSA = 2_048, 8_192
"""Bits. Beyond, a handshake costs the broker so much that it is an attack."""
HASHES = (SHA256, SHA384, SHA512)
BEGINS = b"-----BEGIN"


def requested_key(file: Path, name: str) -> PublicKey:
    """The public key of the device `name`, proven to be its own. Raises CertificateRefused, OSError."""
    request = _read(file)
    try:
        key, signed = request.public_key(), request.is_signature_valid
        hashed = request.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateRefused("bad_request", file=file) from error
    names = [str(one.value) for one in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [name]:
        raise CertificateRefused("other_name", file=file, found=" + ".join(map(ascii, names)) or "-", name=name)
    if not signed:
        raise CertificateRefused("unsigned", file=file)
    weakness = _weakness(key)
    if weakness or not isinstance(key, PublicKey) or not (hashed is None or isinstance(hashed, HASHES)):
        raise CertificateRefused("weak_key", file=file, found=weakness or getattr(hashed, "name", "?"))
    return key


def _read(file: Path) -> x509.CertificateSigningRequest:
    """PEM or DER."""
    with file.open("rb") as opened:
        content = opened.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise CertificateRefused("bad_request", file=file)
    try:
        if content.lstrip().startswith(BEGINS):
            return x509.load_pem_x509_csr(content)
        return x509.load_der_x509_csr(content)
    except ValueError as error:
        raise CertificateRefused("bad_request", file=file) from error


def _weakness(key: object) -> str:
    """What is wrong with it; "" for one that is good enough."""
    match key:
        case rsa.RSAPublicKey():
            right = LEAST_RSA <= key.key_size <= MOST_RSA and key.public_numbers().e >= 65_537
            return "" if right else f"RSA {key.key_size}, e = {key.public_numbers().e}"
        case ec.EllipticCurvePublicKey():
            return "" if isinstance(key.curve, CURVES) else f"EC {key.curve.name}"
        case ed25519.Ed25519PublicKey():
            return ""
    return type(key).__name__
