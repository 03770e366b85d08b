"""Folders and dashboards: what of them is new, different, or no longer rendered."""

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from dashboards.grafana.board import OUR_TAG, PREFIX
from dashboards.grafana.pushing.change import Action, Change, Kind, action
from dashboards.grafana.pushing.server import GrafanaServer

Json = dict[str, Any]
THEIRS = ("id", "version")
"""Keys of a dashboard that Grafana assigns."""


def folder_change(server: GrafanaServer, uid: str, title: str) -> Change:
    found = server.find(f"folder {uid}", server.api.folder.get_folder, uid)
    before = None if found is None else {"uid": uid, "title": found["title"]}
    after = {"uid": uid, "title": title}
    todo = action(before, after)
    apply = partial(server.api.folder.create_folder, title, uid)
    if found is not None:
        apply = partial(server.api.folder.update_folder, uid, title=title, overwrite=True)
    return Change(Kind.FOLDER, uid, title, todo, before, after, apply)


def board_changes(server: GrafanaServer, wanted: Mapping[str, Json], folder_uid: str) -> tuple[list[Change], list[str]]:
    """Changes, and the uids of dashboards that Grafana reads from files: those cannot be written.

    A dashboard is removed only when it lies in our folder, bears our tag, and has a uid of ours: a person's own is
    kept, and so is a copy of one of ours.
    """
    changes, provisioned = [], []
    for uid, dashboard in wanted.items():
        found = server.find(f"dashboard {uid}", server.api.dashboard.get_dashboard, uid)
        if found is not None and found["meta"].get("provisioned"):
            provisioned.append(uid)
        changes.append(_written(server, uid, dashboard, found, folder_uid))
    for hit in server.tagged(folder_uid, OUR_TAG):
        uid = hit["uid"]
        if uid in wanted or not uid.startswith(f"{PREFIX}-"):
            continue
        found = server.call(f"dashboard {uid}", server.api.dashboard.get_dashboard, uid)
        if found["meta"].get("provisioned"):
            provisioned.append(uid)
        remove = partial(server.api.dashboard.delete_dashboard, uid)
        changes.append(
            Change(Kind.DASHBOARD, uid, hit["title"], Action.REMOVE, _ours(found["dashboard"]), None, remove)
        )
    return changes, provisioned


def _written(server: GrafanaServer, uid: str, dashboard: Json, found: Json | None, folder_uid: str) -> Change:
    before = None if found is None else _ours(found["dashboard"]) | {"folderUid": found["meta"].get("folderUid", "")}
    after = dashboard | {"folderUid": folder_uid}
    version = {} if found is None else {"version": found["dashboard"]["version"]}
    body = {
        "dashboard": dashboard | version,
        "folderUid": folder_uid,
        "message": f"vigiterre dashboards push {_digest(dashboard)}",
        "overwrite": False,  # with true, older Grafanas replace whatever bears the same title in the folder
    }
    apply = partial(server.api.dashboard.update_dashboard, body)
    return Change(Kind.DASHBOARD, uid, dashboard["title"], action(before, after), before, after, apply)


def _ours(dashboard: Json) -> Json:
    return {key: value for key, value in dashboard.items() if key not in THEIRS}


def _digest(dashboard: Json) -> str:
    return hashlib.sha256(json.dumps(dashboard, sort_keys=True).encode()).hexdigest()[:12]
