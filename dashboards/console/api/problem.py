"""Refusals as RFC 9457 problems: what is wrong and what to do, in the language of whoever asks."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from dashboards.console.api.texts import TEXTS
from devices.errors import StoreUnavailable, VigiterreError
from devices.problems import LANGUAGES, Bilingual, Language, in_language

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:vigiterre:problem:"
"""Stable; docs/api.md lists them."""
CHALLENGE = 'Bearer realm="vigiterre"'
STATUSES = {
    "bad_parameters": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "failed": 500,
    "unavailable": 503,
}
RETRY_SECONDS = 10


class Wrong(NamedTuple):
    """One parameter that is not valid."""

    parameter: str
    words: Bilingual


class Trouble(VigiterreError):  # noqa: N818  -- what is answered, not a mistake of ours
    """Why there is no answer. `kind` is a key of STATUSES."""

    def __init__(
        self,
        kind: str,
        detail: Bilingual,
        errors: Sequence[Wrong] = (),
        headers: Mapping[str, str] | None = None,
        status: int = 0,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.status = status or STATUSES[kind]


def said(key: str, **facts: object) -> Bilingual:
    """A text of ours with its facts, in both languages."""
    return Bilingual(*(TEXTS[language][key].format(**in_language(facts, language)) for language in LANGUAGES))


def wrong(*errors: Wrong) -> Trouble:
    return Trouble("bad_parameters", said("bad_parameters_detail"), errors)


def unauthorized(*, token: bool) -> Trouble:
    """401; `token`: one was given, and is not good."""
    challenge = f'{CHALLENGE}, error="invalid_token"' if token else CHALLENGE
    detail = said("bad_token_detail" if token else "unauthorized_detail")
    return Trouble("unauthorized", detail, headers={"WWW-Authenticate": challenge})


def unavailable(error: StoreUnavailable) -> Trouble:
    seconds = max(1, round(error.retry_after or RETRY_SECONDS))
    return Trouble("unavailable", error.words, headers={"Retry-After": str(seconds)})


def problem(trouble: Trouble, path: str, language: Language) -> Response:
    """The answer, `application/problem+json`."""
    body: dict[str, object] = {
        "type": TYPE + trouble.kind.replace("_", "-"),
        "title": TEXTS[language][trouble.kind],
        "status": trouble.status,
        "detail": trouble.text(language),
        "instance": path,
    }
    if trouble.errors:
        body["errors"] = [{"parameter": one.parameter, "detail": one.words.text(language)} for one in trouble.errors]
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": language,
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Language",
    }
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, trouble.status, headers | trouble.headers, media_type=MEDIA_TYPE)
