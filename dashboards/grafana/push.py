"""The dashboards and watchman rules of one language into a Grafana: `plan` compares, `carry_out` writes.

Run twice, the second plan keeps everything. Only what is ours is removed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.grafana import render
from dashboards.grafana.legend import Legend
from dashboards.grafana.provisioning import files, rules
from dashboards.grafana.pushing.alerting import contact_change, policy_changes, rule_changes
from dashboards.grafana.pushing.boards import board_changes, folder_change
from dashboards.grafana.pushing.change import Action, Change
from dashboards.grafana.pushing.server import GrafanaServer, trouble

Json = dict[str, Any]
FOLDER_UID = "vigiterre"


@dataclass(frozen=True)
class Wanted:
    """What the code renders, in one language."""

    folder_uid: str
    """Each language has its own folder: Grafana 11 takes a title once a folder, and both share some titles."""
    folder_title: str
    dashboards: dict[str, Json]
    """uid -> dashboard."""
    rules: list[Json]
    oncall_email: str = ""
    """Addresses of the contact point, separated by `;`; "" leaves contact points alone."""
    policies: bool = False
    """Replaces the one policy tree of the Grafana."""


def wanted(
    legend: Legend, folder_title: str = files.FOLDER, *, oncall_email: str = "", policies: bool = False
) -> Wanted:
    """Raises GrafanaError when policies would send to a contact point that nobody has."""
    if policies and not oncall_email:
        raise trouble("policy_needs_email")
    end, added = legend.say("", "-en"), legend.say("", " (en)")
    dashboards = [json.loads(text) for text in render.rendered(legend).values()]
    folder_uid = FOLDER_UID + end
    return Wanted(
        folder_uid,
        folder_title + added,
        {dashboard["uid"]: dashboard for dashboard in dashboards},
        rules.in_api(legend, folder_uid),
        oncall_email,
        policies,
    )


def plan(server: GrafanaServer, aim: Wanted) -> list[Change]:
    """What is to be done, in the order in which it can be done, with what is right already as Action.KEEP.

    Reads only. Raises GrafanaError, also when any of it is read from files by that Grafana: then nothing is written.
    """
    server.greet()
    folder = folder_change(server, aim.folder_uid, aim.folder_title)
    found = [board_changes(server, aim.dashboards, aim.folder_uid), rule_changes(server, aim.rules)]
    if aim.oncall_email:
        found.append(contact_change(server, aim.oncall_email))
    if aim.policies:
        found.append(policy_changes(server))
    if from_files := [key for _, keys in found for key in keys]:
        raise trouble("provisioned", names=", ".join(from_files))
    return [folder, *(change for changes, _ in found for change in changes)]


def differing(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.action is not Action.KEEP]


def carry_out(
    server: GrafanaServer, changes: Sequence[Change], done: Callable[[Change], None] = lambda _: None
) -> list[Change]:
    """Writes what differs and calls `done` after each; returns what was written.

    Raises GrafanaError at the first that fails: what was written before stays, and the next run goes on from there.
    """
    todo = differing(changes)
    for change in todo:
        server.call(change.what, change.apply)
        done(change)
    return todo
