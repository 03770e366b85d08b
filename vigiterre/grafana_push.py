"""What `vigiterre dashboards push` and `diff` do, put together from the rooms."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from dashboards.grafana.push import carry_out, differing, plan, wanted
from dashboards.grafana.pushing.change import Change
from dashboards.grafana.pushing.server import GrafanaServer, trouble
from devices.problems import Language
from vigiterre.grafana import legend
from vigiterre.settings import GrafanaSettings, secret


class Comparison(NamedTuple):
    """A Grafana beside the code."""

    server: GrafanaServer
    todo: list[Change]
    """What differs, in the order in which it can be written."""
    kept: int
    """How many objects are right already."""

    def write(self, done: Callable[[Change], None]) -> None:
        """Raises GrafanaError; `done` was called for what was written before."""
        carry_out(self.server, self.todo, done)


def compare(folder: Path, settings: GrafanaSettings, url: str, language: Language, *, policies: bool) -> Comparison:
    """`url` wins over grafana.url. Raises ConfigError for the folder or the token's file, GrafanaError."""
    server = reached(settings, url)
    aim = wanted(legend(folder, language), settings.folder, oncall_email=settings.oncall_email, policies=policies)
    changes = plan(server, aim)
    todo = differing(changes)
    return Comparison(server, todo, len(changes) - len(todo))


def reached(settings: GrafanaSettings, url: str) -> GrafanaServer:
    address = url or settings.url
    if not address:
        raise trouble("no_url")
    token = secret(settings.token, settings.token_file)
    if not token:
        raise trouble("no_token")
    return GrafanaServer(address, token)


def described(change: Change) -> dict[str, Any]:
    return {"action": change.action, "kind": change.kind, "key": change.key, "title": change.title}
