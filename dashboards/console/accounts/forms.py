"""A form as it is read: bounded, of the right type, in UTF-8."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from dashboards.console.access import Form

TYPE = "application/x-www-form-urlencoded"
LONGEST_BODY = 65_536
MOST_FIELDS = 2_000


class Refusal(Exception):  # noqa: N818  -- an answer, no mistake of ours
    """A request that may not be, with its HTTP status and the code of `texts.REFUSED`."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


async def read_form(request: Request) -> Form:
    """Of a name that comes twice the last value. What is longer than a form can be is not read. Raises Refusal."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise Refusal(415, "no_form")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise Refusal(413, "too_large")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise Refusal(400, "unreadable") from error
    return dict(pairs)
