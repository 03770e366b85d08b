"""Grafana's own alerts: rules, contact points, policies and mute timings that refer to each other."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from dashboards.grafana.check.boards import only_once, uid_faults
from dashboards.grafana.check.fault import Fault, at
from dashboards.grafana.check.files import BoardFile, Folder, ProvisionFile, panels
from dashboards.grafana.check.interpolation import milliseconds
from dashboards.grafana.check.loose import Tree, items, tree, trees, words
from dashboards.grafana.check.names import Names
from dashboards.grafana.check.queries import key_faults
from dashboards.grafana.check.statements import statement_faults
from dashboards.grafana.check.strict import EXPRESSION, SETTINGS, strict
from devices.problems import near

EXPRESSIONS = ("__expr__", "-100")
TICK_MS = 10_000
"""Grafana evaluates on multiples of this."""
IN_MATH = re.compile(r"\$\{?([A-Za-z]\w*)\}?")


def alerting(folder: Folder, names: Names, sources: Mapping[str, str]) -> Iterator[Fault]:
    for root in dict.fromkeys(one.root for one in folder.of("alerting")):
        files = [one for one in folder.of("alerting") if one.root == root]
        yield from _unique(files)
        receivers, mutes = _names(files, "contactPoints"), _names(files, "muteTimes")
        folders = {
            words(one, "folder") for each in folder.of("dashboards") for one in trees(each.document, "providers")
        }
        for one in files:
            for group in trees(one.document, "groups"):
                yield from _group(one.file, group, folders, folder.boards)
                for rule in trees(group, "rules"):
                    yield from _rule(one.file, group, rule, names, sources)
                    settings = tree(rule, "notification_settings")
                    path = f"{_path(group, rule)}.notification_settings"
                    yield from _route(one.file, settings, path, receivers, mutes)
            for point in trees(one.document, "contactPoints"):
                yield from _receivers(one.file, point)
            for policy in trees(one.document, "policies"):
                yield from _route(one.file, policy, f"policies[{words(policy, 'receiver')}]", receivers, mutes)


def _unique(files: Sequence[ProvisionFile]) -> Iterator[Fault]:
    rules: list[tuple[ProvisionFile, str, str]] = []
    receivers: list[tuple[ProvisionFile, str, str]] = []
    for one in files:
        for group in trees(one.document, "groups"):
            rules += [(one, f"{_path(group, rule)}.uid", words(rule, "uid")) for rule in trees(group, "rules")]
        for point in trees(one.document, "contactPoints"):
            name = words(point, "name")
            for receiver in trees(point, "receivers"):
                uid = words(receiver, "uid")
                receivers.append((one, f"contactPoints[{name}].receivers[{uid}].uid", uid))
    for found in (rules, receivers):
        counted = Counter(uid for _, _, uid in found)
        for one, place, uid in found:
            if uid:
                yield from uid_faults(one.file, place, uid)
            if uid and counted[uid] > 1:
                yield Fault(one.file, at(place), "uid_twice", {"uid": uid})


def _names(files: Sequence[ProvisionFile], key: str) -> set[str]:
    return {words(one, "name") for each in files for one in trees(each.document, key)}


def _path(group: Tree, rule: Tree) -> str:
    return f"groups[{words(group, 'name')}].rules[{words(rule, 'uid')}]"


def _group(file: str, group: Tree, folders: set[str], boards: Sequence[BoardFile]) -> Iterator[Fault]:
    path = f"groups[{words(group, 'name')}]"
    interval = milliseconds(words(group, "interval"))
    if interval is not None and (interval <= 0 or interval % TICK_MS):
        yield Fault(file, at(f"{path}.interval"), "interval_multiple", {"value": group["interval"]})
    if words(group, "folder") not in folders:
        facts = {"folder": words(group, "folder"), "known": near(words(group, "folder"), folders)}
        yield Fault(file, at(f"{path}.folder"), "folder_mismatch", facts)
    for rule in trees(group, "rules"):
        delay = milliseconds(words(rule, "for"))
        if delay and interval and delay < interval:
            facts = {"value": rule["for"], "interval": group["interval"]}
            yield Fault(file, at(f"{_path(group, rule)}.for"), "short_for", facts)
        yield from _panel(file, _path(group, rule), rule, boards)


def _panel(file: str, path: str, rule: Tree, boards: Sequence[BoardFile]) -> Iterator[Fault]:
    """The panel that a rule says it belongs to."""
    annotations = tree(rule, "annotations")
    uid = words(annotations, "__dashboardUid__") or words(rule, "dashboardUid")
    panel = annotations.get("__panelId__", rule.get("panelId"))
    if not uid and panel is None:
        return
    found = [board for board in boards if words(board.document, "uid") == uid]
    if not found:
        yield Fault(file, at(f"{path}.annotations.__dashboardUid__"), "dangling_board", {"uid": uid or "-"})
    elif panel is not None and str(panel) not in {
        str(one.get("id")) for board in found for one in panels(board.document)
    }:
        yield Fault(file, at(f"{path}.annotations.__panelId__"), "dangling_panel", {"uid": uid, "id": panel})


def _rule(file: str, group: Tree, rule: Tree, names: Names, sources: Mapping[str, str]) -> Iterator[Fault]:
    path = _path(group, rule)
    refs = [words(one, "refId") for one in trees(rule, "data")]
    yield from only_once(file, [(f"{path}.data[{ref}]", ref) for ref in refs], "ref_twice", "ref")
    condition = words(rule, "condition")
    if condition not in refs and not rule.get("record"):
        facts = {"ref": condition or "-", "known": ", ".join(refs)}
        yield Fault(file, at(f"{path}.condition"), "condition_missing", facts)
    for one in trees(rule, "data"):
        place, uid, query = f"{path}.data[{words(one, 'refId')}].model", words(one, "datasourceUid"), tree(one, "model")
        if uid in EXPRESSIONS:
            yield from strict(file, query, EXPRESSION, place)
            for ref in dict.fromkeys(_referred(query)):
                if ref not in refs:
                    yield Fault(file, at(place), "dangling_ref", {"ref": ref, "known": ", ".join(refs)})
            continue
        if uid not in sources:
            yield Fault(file, at(place), "unknown_source", {"uid": uid, "known": near(uid, sources)})
        yield from key_faults(file, at(place), query)
        if statement := words(query, "query"):
            yield from statement_faults(file, at(place), statement, "alert", names)


def _referred(expression: Tree) -> Iterator[str]:
    """The queries that an expression reads."""
    text = words(expression, "expression")
    if words(expression, "type") == "math":
        yield from IN_MATH.findall(text)
    elif words(expression, "type") == "classic_conditions":
        for one in trees(expression, "conditions"):
            yield from (ref for ref in items(one, "query", "params")[:1] if isinstance(ref, str))
    elif words(expression, "type") != "sql":
        yield text.strip().removeprefix("$").strip("{}")


def _receivers(file: str, point: Tree) -> Iterator[Fault]:
    for receiver in trees(point, "receivers"):
        path = f"contactPoints[{words(point, 'name')}].receivers[{words(receiver, 'uid')}].settings"
        if kind := SETTINGS.get(words(receiver, "type")):
            yield from strict(file, tree(receiver, "settings"), kind, path)


def _route(file: str, route: Tree, path: str, receivers: set[str], mutes: set[str]) -> Iterator[Fault]:
    name = words(route, "receiver")
    if name and name not in receivers:
        facts = {"name": name, "known": near(name, receivers)}
        yield Fault(file, at(f"{path}.receiver"), "unknown_receiver", facts)
    for key in ("mute_time_intervals", "active_time_intervals"):
        for mute in items(route, key):
            if mute not in mutes:
                facts = {"name": mute, "known": near(str(mute), mutes)}
                yield Fault(file, at(f"{path}.{key}"), "unknown_mute", facts)
    for index, inner in enumerate(trees(route, "routes")):
        label = words(inner, "receiver") or str(index)
        yield from _route(file, inner, f"{path}.routes[{label}]", receivers, mutes)
