"""One object of Grafana beside what the code renders: what would be done, and how it differs."""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dashboards.grafana.pushing.texts import ACTIONS, KINDS
from devices.problems import Language

Json = dict[str, Any]


class Kind(StrEnum):
    FOLDER = "folder"
    DASHBOARD = "dashboard"
    RULE = "rule"
    CONTACT = "contact"
    TIMING = "timing"
    POLICY = "policy"


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    KEEP = "keep"


@dataclass(frozen=True)
class Change:
    kind: Kind
    key: str
    """uid, or the name of what has none."""
    title: str
    action: Action
    before: Json | None
    """As Grafana has it, without what Grafana alone knows; None where it has nothing."""
    after: Json | None
    """As the code renders it; None for what it no longer renders."""
    apply: Callable[[], object] = field(compare=False, repr=False, default=lambda: None)
    """Writes it. Raises grafana-client's errors: call it by `GrafanaServer.call`."""

    @property
    def what(self) -> str:
        return f"{self.kind} {self.key}"

    def words(self, language: Language) -> tuple[str, str, str, str]:
        """Action, kind, key, title."""
        return ACTIONS[self.action][language], KINDS[self.kind][language], self.key, self.title

    def lines(self) -> Iterable[str]:
        """A unified difference of sorted JSON, without line ends."""
        before, after = _sorted(self.before), _sorted(self.after)
        return difflib.unified_diff(before, after, f"grafana/{self.what}", f"code/{self.what}", lineterm="")


def action(before: Json | None, after: Json) -> Action:
    if before is None:
        return Action.CREATE
    return Action.KEEP if before == after else Action.UPDATE


def seen_by(ours: Any, theirs: Any) -> Any:
    """Of what Grafana has, the keys that we set: it fills in the others, and renames none.

    A key of ours that it lacks is lacking; a list of another length is shown whole.
    """
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return {key: seen_by(ours[key], theirs[key]) for key in ours if key in theirs}
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [seen_by(mine, other) for mine, other in zip(ours, theirs, strict=True)]
    return theirs


def _sorted(document: Json | None) -> list[str]:
    if document is None:
        return []
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False).splitlines()
