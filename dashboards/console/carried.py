"""What of its own address a page carries on: in links to itself in the other language, and through the sign-in."""

import re
from urllib.parse import unquote_plus

from starlette.requests import Request

_OF_A_SECRET = re.compile(r"(?i)passw|passphrase|secret|token|api[_-]?key|authorization|csrf")


def carried(request: Request) -> str:
    """The query as it is written, without what has the name of a secret: links end in histories and other logs.

    None of our addresses takes a secret there; some who write one try whether it does.
    """
    parts = request.url.query.split("&")
    return "&".join(part for part in parts if not _OF_A_SECRET.search(unquote_plus(part.partition("=")[0])))


def here(request: Request) -> str:
    """Path and query to come back to."""
    query = carried(request)
    return f"{request.url.path}?{query}" if query else request.url.path
