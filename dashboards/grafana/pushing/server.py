"""Grafana's HTTP API by grafana-client; what goes wrong becomes words with a remedy."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from grafana_client import GrafanaApi  # type: ignore[import-untyped]
from grafana_client.client import GrafanaException  # type: ignore[import-untyped]
from requests.exceptions import RequestException

from dashboards.grafana.pushing.texts import TROUBLES
from devices.errors import VigiterreError
from devices.problems import Bilingual

Json = dict[str, Any]
NOT_FOUND = 404
TROUBLE_OF = {401: "unauthorized", 403: "forbidden", NOT_FOUND: "gone", 409: "conflict", 412: "newer"}
TIMEOUT_SECONDS = 30.0
PAGE = 500
"""Search results at once; Grafana grants 5,000."""


class GrafanaError(VigiterreError):
    """Grafana cannot be used, or does not take something. Says what to do. Never holds the token."""


def trouble(key: str, **facts: object) -> GrafanaError:
    return GrafanaError(Bilingual.of(TROUBLES[key], **facts))


class GrafanaServer:
    """One organisation of one Grafana, as the token's service account sees it.

    Nothing is contacted before `greet`. Raises GrafanaError, from each method.
    """

    def __init__(self, url: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = url.rstrip("/")
        _well_formed(url)
        path = urlsplit(self.url).path
        self.api = GrafanaApi.from_url(f"{self.url}/" if path else self.url, credential=token, timeout=timeout)

    def greet(self) -> None:
        """Asks whether it is a Grafana, and knows the token."""
        health = self.call("health", self.api.health.check, missing=None)
        if not isinstance(health, dict) or "database" not in health:
            raise trouble("not_grafana", url=self.url)
        self.call("folders", self.api.folder.get_all_folders)

    def find(self, what: str, ask: Callable[..., Any], *arguments: Any) -> Any:
        """What `ask` answers, or None for what is not there."""
        return self.call(what, ask, *arguments, missing=None)

    def call(self, what: str, ask: Callable[..., Any], *arguments: Any, **missing: None) -> Any:
        try:
            answer = ask(*arguments)
        except ValueError as error:  # an answer that is no JSON: requests' error is of this class, too
            raise trouble("not_grafana", url=self.url) from error
        except RequestException as error:
            raise trouble("unreachable", url=self.url, detail=_cause(error)) from error
        except GrafanaException as error:
            if error.status_code == NOT_FOUND and "missing" in missing:
                return None
            raise _said(what, error) from error
        if isinstance(answer, str):
            raise trouble("not_grafana", url=self.url)
        return answer

    def tagged(self, folder_uid: str, tag: str) -> list[Json]:
        """Hits of a search for the dashboards of one folder with a tag: `uid`, `title`, `tags`, `folderUid`."""
        found: list[Json] = []
        while True:
            place = f"type=dash-db&tag={quote(tag)}&folderUIDs={quote(folder_uid)}"
            page = len(found) // PAGE + 1
            hits = self.call("search", self.api.client.GET, f"/search?{place}&limit={PAGE}&page={page}")
            found += hits
            if len(hits) < PAGE:
                return [hit for hit in found if hit.get("folderUid") == folder_uid and tag in hit.get("tags", ())]


def _well_formed(url: str) -> None:
    """Credentials within a URL end up in logs; grafana-client would read a query as options."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment:
        raise trouble("bad_url", url=url.rpartition("@")[2])


def _cause(error: BaseException) -> str:
    """The innermost reason: what lies around it names objects of the library."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error) or type(error).__name__


def _said(what: str, error: GrafanaException) -> GrafanaError:
    answer = error.response
    detail = answer.get("message", "") if isinstance(answer, dict) else str(answer)[:200]
    key = TROUBLE_OF.get(error.status_code, "refused")
    return trouble(key, what=what, status=error.status_code, detail=detail or "-")
