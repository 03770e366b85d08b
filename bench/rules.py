"""Alert rules for the territory of the benches: a few look at what its devices send, the others at other quantities."""

from collections.abc import Iterable
from pathlib import Path

RULE = """
[rules.{name}]
title = {{ fr = "{name}", en = "{name}" }}
action = {{ fr = "Aller voir.", en = "Go and see." }}
quantity = "{quantity}"
domains = ["building"]
group = "device"
wait = "0 s"
[rules.{name}.levels.critical]
{side} = {limit}
clear = {clear}
for = "0 s"
keep_firing_for = "0 s"
"""
OTHER = """
[other{n}]
label = {{ fr = "Autre {n}", en = "Other {n}" }}
unit = "1"
min = 0
max = 100
kind = "gauge"
aggregate = "mean"
source = "bench"
"""
Selecting = tuple[tuple[str, str, str, int, int], ...]
"""(name, quantity, above or below, limit, clear)"""
OF_ONE: Selecting = tuple((f"stale_{n}", "co2", "above", 5_000 + n, 4_000) for n in range(5))
"""The rules that select one of the quantities of the messages."""
OF_THREE: Selecting = (
    ("frost", "air_temperature", "below", 5, 6),
    ("heat", "air_temperature", "above", 35, 34),
    ("damp", "relative_humidity", "above", 98, 95),
    ("dry", "relative_humidity", "below", 10, 15),
    ("stale", "co2", "above", 5_000, 4_000),
)
"""As many that look at all three."""


def write_rules(folder: Path, count: int, selecting: Selecting = OF_ONE) -> None:
    """`rules.toml`, and what its other rules are about in `quantities.toml`. Of no message a rule comes true."""
    selecting = selecting[:count]
    others = range(count - len(selecting))
    with (folder / "quantities.toml").open("a") as file:
        file.writelines(OTHER.format(n=n) for n in others)
    (folder / "rules.toml").write_text("".join((*_texts(selecting), *_texts(_about(others)))))


def _about(others: Iterable[int]) -> Iterable[tuple[str, str, str, int, int]]:
    return ((f"rule_{n}", f"other{n}", "above", 90, 80) for n in others)


def _texts(rules: Iterable[tuple[str, str, str, int, int]]) -> Iterable[str]:
    for name, quantity, side, limit, clear in rules:
        yield RULE.format(name=name, quantity=quantity, side=side, limit=limit, clear=clear)
