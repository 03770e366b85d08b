"""Watchman rules, contact point, mute timing and policy tree by Grafana's provisioning API.

Nothing asks Grafana to forget where an object came from (`X-Disable-Provenance`): what is pushed is read-only in its
pages, like what it reads from files. Rules say what they are by a prefix of their uid and a label of ours.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from dashboards.grafana.provisioning import routes
from dashboards.grafana.provisioning.rules import LABEL, MINE
from dashboards.grafana.provisioning.watches import PREFIX
from dashboards.grafana.pushing.change import Action, Change, Kind, action, seen_by
from dashboards.grafana.pushing.server import GrafanaServer

Json = dict[str, Any]
FILE = "file"
"""Provenance of what Grafana reads from files."""


def rule_changes(server: GrafanaServer, wanted: Sequence[Json]) -> tuple[list[Change], list[str]]:
    """Changes, and the uids of rules that Grafana reads from files."""
    api = server.api.alertingprovisioning
    present = {rule["uid"]: rule for rule in server.call("rules", api.get_alertrules_all)}
    changes = []
    for rule in wanted:
        uid = rule["uid"]
        update = partial(api.update_alertrule, uid, rule)
        changes.append(_change(Kind.RULE, uid, rule, present.get(uid), partial(api.create_alertrule, rule), update))
    known = {rule["uid"] for rule in wanted}
    for uid, rule in present.items():
        if uid not in known and uid.startswith(PREFIX) and (rule.get("labels") or {}).get(LABEL) == MINE:
            remove = partial(api.delete_alertrule, uid)
            changes.append(Change(Kind.RULE, uid, rule["title"], Action.REMOVE, rule, None, remove))
    return changes, _from_files(changes, present)


def contact_change(server: GrafanaServer, addresses: str) -> tuple[list[Change], list[str]]:
    api = server.api.alertingprovisioning
    wanted = routes.email(addresses) | {"name": routes.CONTACT}
    uid = wanted["uid"]
    present = {each["uid"]: each for each in server.call("contact points", api.get_contactpoints)}
    create, update = partial(api.create_contactpoint, wanted), partial(api.update_contactpoint, uid, wanted)
    changes = [_change(Kind.CONTACT, uid, wanted, present.get(uid), create, update)]
    return changes, _from_files(changes, present)


def policy_changes(server: GrafanaServer) -> tuple[list[Change], list[str]]:
    """The mute timing, then the tree that names it. The tree that is there is shown whole: all of it goes."""
    api = server.api.alertingprovisioning
    night, tree = routes.night(), routes.policy()
    timings = {each["name"]: each for each in server.call("mute timings", api.get_mute_timings) or ()}
    create, update = partial(api.create_mute_timing, night), partial(api.update_mute_timing, routes.NIGHT, night)
    timing = _change(Kind.TIMING, routes.NIGHT, night, timings.get(routes.NIGHT), create, update)
    there = server.call("policies", api.get_notification_policy_tree)
    before = {key: value for key, value in there.items() if key != "provenance"}
    same = seen_by(tree, before) == tree
    replace = partial(api.set_notification_policy_tree, tree)
    title = f"{there.get('receiver', '-')} -> {routes.CONTACT}"
    policy = Change(Kind.POLICY, "root", title, Action.KEEP if same else Action.UPDATE, before, tree, replace)
    return [timing, policy], _from_files([timing, policy], timings | {"root": there})


def _change(
    kind: Kind, key: str, wanted: Json, there: Json | None, create: Callable[[], object], update: Callable[[], object]
) -> Change:
    before = None if there is None else seen_by(wanted, there)
    todo = action(before, wanted)
    title = wanted.get("title") or wanted["name"]
    return Change(kind, key, title, todo, before, wanted, create if there is None else update)


def _from_files(changes: Sequence[Change], present: dict[str, Json]) -> list[str]:
    return [change.key for change in changes if present.get(change.key, {}).get("provenance") == FILE]
