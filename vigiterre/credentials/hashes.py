"""How mosquitto keeps a password: `$7$iterations$salt$hash`, PBKDF2 with SHA-512, salt and hash in base64.

Format and figures are those that mosquitto_passwd of 2.0.11 writes. Its 101 iterations would be few for a word that
somebody thought of; nobody tries 256 random bits.
"""

import hmac
from base64 import b64decode, b64encode
from hashlib import pbkdf2_hmac
from secrets import token_bytes, token_urlsafe

ITERATIONS = 101
SALT_BYTES, HASH_BYTES = 12, 64
SECRET_BYTES = 32
PREFIX = "vgc_"
"""So that a secret that went astray is found, in logs and by scanners, and no spreadsheet takes it for a formula."""
PBKDF2 = "7"


def new_secret() -> str:
    """256 random bits, in 47 characters that no file, URL or shell takes for anything else."""
    return PREFIX + token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """For the password file; another one each time."""
    salt = token_bytes(SALT_BYTES)
    return f"${PBKDF2}${ITERATIONS}${b64encode(salt).decode()}${b64encode(_derived(secret, salt, ITERATIONS)).decode()}"


def fits(secret: str, known: str) -> bool:
    """Whether it is the secret of this hash. False for what is no hash of this kind."""
    try:
        _, kind, iterations, salt, found = known.split("$")
        derived = _derived(secret, b64decode(salt, validate=True), int(iterations))
        return kind == PBKDF2 and hmac.compare_digest(derived, b64decode(found, validate=True))
    except ValueError:
        return False


def _derived(secret: str, salt: bytes, iterations: int) -> bytes:
    return pbkdf2_hmac("sha512", secret.encode(), salt, iterations, HASH_BYTES)
