"""Dashboards as Grafana lists them: uid, title, tags, who may edit them, and where their links lead."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from dashboards.grafana.board import OUR_TAG
from dashboards.grafana.check.fault import Fault, at, at_panel
from dashboards.grafana.check.files import BoardFile, panels
from dashboards.grafana.check.loose import Tree, items, texts_in, trees, words
from devices.problems import Bilingual

UID = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_UID = 40
LINK = re.compile(r"/d/([A-Za-z0-9_-]+)")
SETTING = re.compile(r"[?&]var-(\w+)=")


def boards(found: Sequence[BoardFile]) -> Iterator[Fault]:
    uids = Counter(words(board.document, "uid") for board in found)
    titles = Counter((board.language, words(board.document, "title")) for board in found)
    for board in found:
        uid, title = words(board.document, "uid"), words(board.document, "title")
        yield from uid_faults(board.file, "uid", uid)
        if uid and uids[uid] > 1:
            yield Fault(board.file, at("uid"), "uid_twice", {"uid": uid})
        if not title:
            yield Fault(board.file, at("title"), "missing_key", {"key": "title"})
        elif titles[board.language, title] > 1:
            yield Fault(board.file, at("title"), "title_twice", {"title": title})
        yield from _settings(board)
        yield from _links(board, {words(one.document, "uid"): one for one in found if one.language == board.language})


def uid_faults(file: str, path: str, uid: str) -> Iterator[Fault]:
    if not uid:
        yield Fault(file, at(path), "uid_missing")
    elif not UID.fullmatch(uid):
        yield Fault(file, at(path), "uid_syntax", {"uid": uid})
    elif len(uid) > LONGEST_UID:
        yield Fault(file, at(path), "uid_long", {"uid": uid, "length": len(uid), "longest": LONGEST_UID})


def variables(document: Tree) -> list[Tree]:
    return trees(document, "templating", "list")


def _settings(board: BoardFile) -> Iterator[Fault]:
    if board.document.get("id") is not None:
        yield Fault(board.file, at("id"), "id_set", {"id": board.document["id"]})
    if board.document.get("editable") is not False:
        yield Fault(board.file, at("editable"), "editable")
    if OUR_TAG not in items(board.document, "tags"):
        yield Fault(board.file, at("tags"), "untagged", {"tag": OUR_TAG})


def _links(board: BoardFile, others: Mapping[str, BoardFile]) -> Iterator[Fault]:
    """Links to dashboards of the same language: only that one is mounted."""
    for place, text in _texts(board.document):
        for uid in LINK.findall(text):
            if uid not in others:
                yield Fault(board.file, place, "dangling_link", {"uid": uid})
                continue
            declared = {words(variable, "name") for variable in variables(others[uid].document)}
            for name in sorted(set(SETTING.findall(text)) - declared):
                yield Fault(board.file, place, "link_variable", {"uid": uid, "name": name})


def _texts(document: Tree) -> Iterator[tuple[Bilingual, str]]:
    for key, value in document.items():
        if key != "panels":
            yield from ((at(f"{key}{path}"), text) for path, text in texts_in(value))
    for panel in panels(document):
        own = {key: value for key, value in panel.items() if key != "panels"}
        yield from ((at_panel(panel, path=path), text) for path, text in texts_in(own))


def only_once(file: str, places: Sequence[tuple[str, str]], code: str, fact: str) -> Iterator[Fault]:
    """A fault for each of (place, name) whose name another has too."""
    counted = Counter(name for _, name in places)
    for place, name in places:
        if name and counted[name] > 1:
            yield Fault(file, at(place), code, {fact: name})
