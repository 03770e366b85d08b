"""`/static/NAME`: what the build made, kept in memory. Names carry a hash of their contents: browsers keep them."""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboards.console.assets import FOLDER

TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
ENCODINGS = {"br": "br", "gzip": "gz"}
"""As a browser asks for it -> how the build names it; the smallest first."""
REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")
FOR_GOOD = "public, max-age=31536000, immutable"
NOT_FOUND = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class StaticFile(NamedTuple):
    media_type: str
    forms: Mapping[str, bytes]
    """Content-Encoding -> bytes; "" as it is, which is always there."""


def load_static(names: Iterable[str]) -> dict[str, StaticFile]:
    """The files of the manifest's values. FileNotFoundError when the build was not finished."""
    return {name: _load(name) for name in names}


def _load(name: str) -> StaticFile:
    folder = files("dashboards.console").joinpath(FOLDER)
    forms = {"": folder.joinpath(name).read_bytes()}
    for encoding, ending in ENCODINGS.items():
        compressed = folder.joinpath(f"{name}.{ending}")
        if compressed.is_file():
            forms[encoding] = compressed.read_bytes()
    return StaticFile(TYPES[name.rpartition(".")[2]], forms)


def routes(static: Mapping[str, StaticFile]) -> list[Route]:
    """A name that is not in `static` is not there, whatever it looks like: no path of a request reaches the disk."""

    async def one(request: Request) -> Response:
        found = static.get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("404\n", status_code=404, headers=NOT_FOUND)
        encoding = accepted(request.headers, found.forms)
        headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(found.forms[encoding], headers=headers, media_type=found.media_type)

    return [Route("/static/{name:path}", one)]


def accepted(headers: Headers, forms: Mapping[str, bytes]) -> str:
    """The smallest form the browser takes; "" when it names none we have, or refuses it by `q=0`."""
    wished = [part.partition(";") for part in headers.get("accept-encoding", "").lower().split(",")]
    taken = {name.strip() for name, _, quality in wished if not REFUSED.fullmatch(quality.strip())}
    return min((name for name in forms if name in taken), key=lambda name: len(forms[name]), default="")
