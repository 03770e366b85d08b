"""The token of a session's forms: another site can send a form, but cannot know this.

Masked anew for each page: a compressed page that repeats a secret beside what a stranger chose lets him guess it.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes

SIZE = 32


def token_for(key: bytes) -> str:
    """`key` is known to the session alone."""
    mask = token_bytes(SIZE)
    return urlsafe_b64encode(mask + _mixed(mask, _proof(key))).decode()


def is_right(token: str, key: bytes) -> bool:
    try:
        given = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    if not key or len(given) != 2 * SIZE:
        return False
    return hmac.compare_digest(_mixed(given[:SIZE], given[SIZE:]), _proof(key))


def _proof(key: bytes) -> bytes:
    return hmac.digest(key, b"vigiterre csrf", "sha256")


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
