"""A double of Grafana's HTTP API that keeps state, built from its documentation: what `push` and `diff` use of it.

It shows that our side is consistent with itself, and nothing about a real Grafana.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
TOKEN = "glsa_0123456789abcdef_only_for_tests"
DEFAULT_TREE = {"receiver": "grafana-default-email", "group_by": ["grafana_folder", "alertname"]}


class RefusedError(Exception):
    def __init__(self, number: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.body = number, {"message": message, **more}


class Grafana:
    """The state behind the API. Tests may set it, as a person or a provisioning file would."""

    def __init__(self) -> None:
        self.folders: dict[str, Json] = {}
        self.dashboards: dict[str, Json] = {}
        """uid -> {"dashboard": with id and version, "folderUid", "provisioned"}."""
        self.rules: dict[str, Json] = {}
        self.contacts: dict[str, Json] = {}
        self.timings: dict[str, Json] = {}
        self.tree: Json = {**DEFAULT_TREE, "provenance": ""}
        self.writes: list[str] = []
        """`POST /dashboards/db`, ... of everything that was written, in order."""
        self.headers: list[str] = []
        """Names of the headers of the writes."""
        self.role = "Admin"
        self.url = ""
        self._ids = iter(range(1, 100_000))

    # What a person does in the pages, and a provisioning file on disk.
    def has(self, dashboard: Json, folder: str = "", *, provisioned: bool = False) -> None:
        kept = {**dashboard, "id": next(self._ids), "version": 1}
        self.dashboards[dashboard["uid"]] = {"dashboard": kept, "folderUid": folder, "provisioned": provisioned}

    def edited(self, uid: str, **changes: Any) -> None:
        dashboard = self.dashboards[uid]["dashboard"]
        dashboard.update(changes, version=dashboard["version"] + 1)

    # The API.
    def get_health(self) -> Json:
        return {"database": "ok", "version": "12.4.11"}

    def get_folders(self) -> list[Json]:
        return list(self.folders.values())

    def get_folder(self, uid: str) -> Json:
        return found(self.folders, uid, "folder not found")

    def post_folder(self, body: Json) -> Json:
        uid = body["uid"]
        if uid in self.folders:
            raise RefusedError(409, "a folder with the same uid already exists")
        self.folders[uid] = {"id": next(self._ids), "uid": uid, "title": body["title"], "version": 1}
        return self.folders[uid]

    def put_folder(self, uid: str, body: Json) -> Json:
        folder = self.get_folder(uid)
        if not body.get("overwrite") and body.get("version") != folder["version"]:
            raise RefusedError(412, "the folder has been changed by someone else", status="version-mismatch")
        folder.update(title=body["title"], version=folder["version"] + 1)
        return folder

    def get_search(self, query: dict[str, list[str]]) -> list[Json]:
        limit, page = int(query.get("limit", ["1000"])[0]), int(query.get("page", ["1"])[0])
        hits = [
            {"uid": uid, "title": one["dashboard"]["title"], "tags": one["dashboard"].get("tags", [])}
            | ({"folderUid": one["folderUid"]} if one["folderUid"] else {})
            for uid, one in self.dashboards.items()
            if one["folderUid"] in query["folderUIDs"] and set(query["tag"]) <= set(one["dashboard"].get("tags", []))
        ]
        return hits[(page - 1) * limit : page * limit]

    def get_dashboard(self, uid: str) -> Json:
        one = found(self.dashboards, uid, "Dashboard not found")
        meta = {
            "folderUid": one["folderUid"],
            "provisioned": one["provisioned"],
            "version": one["dashboard"]["version"],
        }
        return {"dashboard": one["dashboard"], "meta": meta}

    def post_dashboard(self, body: Json) -> Json:
        dashboard, folder = body["dashboard"], body.get("folderUid", "")
        if folder and folder not in self.folders:
            raise RefusedError(400, "folder not found")
        there = self.dashboards.get(dashboard["uid"])
        if there and there["provisioned"]:
            raise RefusedError(400, "Cannot save provisioned dashboard")
        version = there["dashboard"]["version"] if there else 0
        if not body.get("overwrite"):
            if dashboard.get("version", 0) != version:
                message = "The dashboard has been changed by someone else"
                raise RefusedError(412, message, status="version-mismatch")
            for uid, other in self.dashboards.items():
                same = (other["folderUid"], other["dashboard"]["title"]) == (folder, dashboard["title"])
                if same and uid != dashboard["uid"]:
                    message = "A dashboard with the same name in the folder already exists"
                    raise RefusedError(412, message, status="name-exists")
        number = there["dashboard"]["id"] if there else next(self._ids)
        kept = {**dashboard, "id": number, "version": version + 1}
        self.dashboards[dashboard["uid"]] = {"dashboard": kept, "folderUid": folder, "provisioned": False}
        return {"uid": dashboard["uid"], "id": number, "version": version + 1, "status": "success"}

    def delete_dashboard(self, uid: str) -> Json:
        if found(self.dashboards, uid, "Dashboard not found")["provisioned"]:
            raise RefusedError(400, "provisioned dashboard cannot be deleted")
        del self.dashboards[uid]
        return {"message": f"Dashboard {uid} deleted"}

    def get_rules(self) -> list[Json]:
        return list(self.rules.values())

    def post_rule(self, body: Json) -> Json:
        if body["uid"] in self.rules:
            raise RefusedError(409, "rule UID is not unique")
        return self._rule(body)

    def put_rule(self, uid: str, body: Json) -> Json:
        editable(found(self.rules, uid, "alert rule not found"))
        return self._rule(body)

    def _rule(self, body: Json) -> Json:
        if body["folderUID"] not in self.folders:
            raise RefusedError(400, "folder does not exist")
        refs = [query["refId"] for query in body["data"]]
        if body["condition"] not in refs:
            raise RefusedError(400, "condition does not exist")
        added = {"id": next(self._ids), "updated": "2026-11-26T12:00:00Z", "provenance": "api", "record": None}
        kept = {**body, **added, "data": [{"queryType": "", **query} for query in body["data"]]}
        self.rules[body["uid"]] = kept
        return kept

    def delete_rule(self, uid: str) -> None:
        editable(found(self.rules, uid, "alert rule not found"))
        del self.rules[uid]

    def get_contacts(self) -> list[Json]:
        return list(self.contacts.values())

    def post_contact(self, body: Json) -> Json:
        if not body["settings"].get("addresses"):
            raise RefusedError(400, "could not find addresses in settings")
        self.contacts[body["uid"]] = {**body, "provenance": "api"}
        return self.contacts[body["uid"]]

    def put_contact(self, uid: str, body: Json) -> Json:
        editable(found(self.contacts, uid, "contact point not found"))
        return self.post_contact(body)

    def get_timings(self) -> list[Json]:
        return list(self.timings.values())

    def post_timing(self, body: Json) -> Json:
        self.timings[body["name"]] = {**body, "version": "a1b2", "provenance": "api"}
        return self.timings[body["name"]]

    def put_timing(self, name: str, body: Json) -> Json:
        editable(found(self.timings, name, "time interval not found"))
        return self.post_timing(body)

    def get_tree(self) -> Json:
        return self.tree

    def put_tree(self, body: Json) -> Json:
        editable(self.tree)
        names = {one["name"] for one in self.contacts.values()} | {DEFAULT_TREE["receiver"]}
        for route in (body, *body.get("routes", ())):
            if route.get("receiver") not in names:
                raise RefusedError(400, f"receiver '{route.get('receiver')}' does not exist")
            if missing := set(route.get("mute_time_intervals", ())) - self.timings.keys():
                raise RefusedError(400, f"time interval {missing} does not exist")
        self.tree = {**body, "provenance": "api"}
        return {"message": "policies updated"}


def found(objects: dict[str, Json], key: str, message: str) -> Json:
    if key not in objects:
        raise RefusedError(404, message)
    return objects[key]


def editable(one: Json) -> None:
    if one.get("provenance") == "file":
        raise RefusedError(409, "cannot change provenance from 'file' to 'api'")


RULES = "/v1/provisioning/alert-rules"
CONTACTS, TIMINGS = "/v1/provisioning/contact-points", "/v1/provisioning/mute-timings"
Answer = Callable[..., Any]
ROUTES: list[tuple[str, str, str]] = [
    ("GET", "/health", "get_health"),
    ("GET", "/folders", "get_folders"),
    ("GET", "/folders/(.+)", "get_folder"),
    ("POST", "/folders", "post_folder"),
    ("PUT", "/folders/(.+)", "put_folder"),
    ("GET", "/search", "get_search"),
    ("GET", "/dashboards/uid/(.+)", "get_dashboard"),
    ("POST", "/dashboards/db", "post_dashboard"),
    ("DELETE", "/dashboards/uid/(.+)", "delete_dashboard"),
    ("GET", RULES, "get_rules"),
    ("POST", RULES, "post_rule"),
    ("PUT", f"{RULES}/(.+)", "put_rule"),
    ("DELETE", f"{RULES}/(.+)", "delete_rule"),
    ("GET", CONTACTS, "get_contacts"),
    ("POST", CONTACTS, "post_contact"),
    ("PUT", f"{CONTACTS}/(.+)", "put_contact"),
    ("GET", TIMINGS, "get_timings"),
    ("POST", TIMINGS, "post_timing"),
    ("PUT", f"{TIMINGS}/(.+)", "put_timing"),
    ("GET", "/v1/provisioning/policies", "get_tree"),
    ("PUT", "/v1/provisioning/policies", "put_tree"),
]


def answer(state: Grafana, method: str, target: str, headers: Any, content: bytes) -> tuple[int, Any]:
    parts = urlsplit(target)
    if not parts.path.startswith("/api"):
        return 404, {"message": "Not found"}
    path = parts.path.removeprefix("/api")
    if path != "/health" and headers.get("Authorization") != f"Bearer {TOKEN}":
        return 401, {"message": "Invalid API key"}
    if method != "GET" and state.role == "Viewer":
        return 403, {"message": "You'll need additional permissions to perform this action"}
    for verb, pattern, name in ROUTES:
        if verb == method and (match := re.fullmatch(pattern, path)):
            arguments: list[Any] = [parse_qs(parts.query)] if name == "get_search" else list(match.groups())
            arguments += [json.loads(content)] if method in ("POST", "PUT") else []
            try:
                body = getattr(state, name)(*arguments)
            except RefusedError as refused:
                return refused.status, refused.body
            if method != "GET":
                state.writes.append(f"{method} {path}")
                state.headers += list(headers)
            return (204, None) if body is None else (200, body)
    return 404, {"message": "Not found"}


@contextmanager
def serving(state: Grafana) -> Iterator[Grafana]:
    """The API on a free loopback port; `state.url` says where."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = answer(state, self.command, self.path, self.headers, content)
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815  -- http.server's names

        def log_message(self, *_: Any) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
