"""Panels one by one and on the grid: ids, words, units, places."""

from collections import Counter
from collections.abc import Iterator, Sequence

from grafana_foundation_sdk.models import units

from dashboards.grafana.check.fault import Fault, at_panel
from dashboards.grafana.check.files import BoardFile
from dashboards.grafana.check.files import panels as panels_of
from dashboards.grafana.check.loose import Tree, tree, trees, whole, words

COLUMNS = 24
UNITS = frozenset(text for name, text in vars(units).items() if isinstance(text, str) and not name.startswith("_"))
FREE_UNITS = ("suffix:", "prefix:", "time:", "count:", "currency:", "bool:", "si:")
"""Followed by anything."""
Area = tuple[int, int, int, int]


def panels(board: BoardFile) -> Iterator[Fault]:
    found = list(panels_of(board.document))
    ids = Counter(panel.get("id") for panel in found if whole(panel.get("id")))
    for panel in found:
        number = whole(panel.get("id"))
        if not number or number < 0:
            yield Fault(board.file, at_panel(panel), "panel_id_missing")
        elif ids[number] > 1:
            yield Fault(board.file, at_panel(panel), "panel_id_twice", {"id": number})
        yield from _words(board.file, panel)
        yield from _units(board.file, panel)
        yield from _refs(board.file, panel)
    yield from _grid(board.file, trees(board.document, "panels"))
    for row in trees(board.document, "panels"):
        yield from _grid(board.file, trees(row, "panels"))


def _words(file: str, panel: Tree) -> Iterator[Fault]:
    if not words(panel, "title").strip():
        yield Fault(file, at_panel(panel), "no_title")
    if panel.get("type") == "row":
        return
    if not words(panel, "description").strip():
        yield Fault(file, at_panel(panel), "no_description")
    if panel.get("type") != "text" and not words(panel, "fieldConfig", "defaults", "noValue").strip():
        yield Fault(file, at_panel(panel), "no_empty_words")


def _units(file: str, panel: Tree) -> Iterator[Fault]:
    config = tree(panel, "fieldConfig")
    named = [("fieldConfig.defaults.unit", tree(config, "defaults").get("unit"))]
    for index, override in enumerate(trees(config, "overrides")):
        properties = [one for one in trees(override, "properties") if one.get("id") == "unit"]
        named += [(f"fieldConfig.overrides[{index}]", one.get("value")) for one in properties]
    for path, unit in named:
        if unit is not None and unit not in UNITS and not str(unit).startswith(FREE_UNITS):
            yield Fault(file, at_panel(panel, path=path), "unknown_unit", {"unit": unit})


def _refs(file: str, panel: Tree) -> Iterator[Fault]:
    refs = Counter(words(target, "refId") for target in trees(panel, "targets"))
    for ref, count in refs.items():
        if not ref:
            yield Fault(file, at_panel(panel), "ref_missing")
        elif count > 1:
            yield Fault(file, at_panel(panel, ref), "ref_twice", {"ref": ref})


def _grid(file: str, placed: Sequence[Tree]) -> Iterator[Fault]:
    areas = [(panel, area) for panel in placed if (area := _area(panel))]
    for panel in placed:
        if not (area := _area(panel)):
            yield Fault(file, at_panel(panel), "no_grid")
        elif area[0] < 0 or area[2] < 1 or area[3] < 1 or area[0] + area[2] > COLUMNS:
            yield Fault(file, at_panel(panel), "beyond_grid", {"columns": COLUMNS})
    for index, (panel, area) in enumerate(areas):
        for other, taken in areas[:index]:
            if _overlap(area, taken):
                facts = {"id": other.get("id", "?"), "title": words(other, "title")}
                yield Fault(file, at_panel(panel), "overlap", facts)


def _area(panel: Tree) -> Area | None:
    """x, y, width, height; None when one of them is no whole number."""
    place = tree(panel, "gridPos")
    x, y, width, height = (whole(place.get(key)) for key in ("x", "y", "w", "h"))
    if x is None or y is None or width is None or height is None:
        return None
    return x, y, width, height


def _overlap(one: Area, other: Area) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
