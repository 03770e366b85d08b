"""A folder of dashboards and provisioning without any fault, small, and ways to spoil one thing in it."""

import copy
import json
from pathlib import Path
from typing import Any

import yaml

from alerts.load import load_alerts
from dashboards.grafana.board import Board, Row, assemble, url
from dashboards.grafana.check.fault import Fault
from dashboards.grafana.check.files import read_folder
from dashboards.grafana.check.names import known
from dashboards.grafana.check.static import faults
from dashboards.grafana.influxql import history, present
from dashboards.grafana.legend import Legend
from dashboards.grafana.panel import Column, Panel, Words, lines, prose, rows
from dashboards.grafana.query import InfluxQuery
from dashboards.grafana.render import as_json
from devices.load import load_registry

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
PROVISIONING = ROOT / "tests/dashboards/faults/good"
REGISTRY = load_registry(CONFIG)
RULES = load_alerts(CONFIG, REGISTRY).rules
NAMES = known(REGISTRY, RULES)
LEGEND = Legend("fr", REGISTRY, RULES)
FIRST, SECOND = "dashboards/fr/first.json", "dashboards/fr/second.json"
SOURCES, PROVIDER = "provisioning/datasources/vigiterre.yaml", "provisioning/dashboards/vigiterre.yaml"
ALERTING = "provisioning/alerting/vigiterre.yaml"
CURVES = 30
"""Alike panels of the first dashboard, numbered from 2: each case spoils its own."""


def curve(legend: Legend, number: int) -> Panel:
    words = Words(f"Courbe {number}", "Ce que montre la courbe.")
    query = InfluxQuery(history("building", ["air_temperature"], "mean"), alias="$tag_device")
    return lines(legend, words, [query], "celsius", size=(12, 4))


def listing(legend: Legend) -> Panel:
    link = ("Ouvrir", url("second", legend, device='${__data.fields["Capteur"]}'))
    columns = [Column("device", "Capteur", link=link), Column("air_temperature", "Température", "celsius")]
    query = InfluxQuery(present("building", ["air_temperature"]), "table")
    return rows(legend, Words("Liste", "Les plus froids d'abord."), [query], columns)


def first(legend: Legend = LEGEND) -> Board:
    curves = [curve(legend, number) for number in range(2, CURVES + 2)]
    note = prose(legend, Words("Que faire", "Ce qu'il y a à faire."), "Regarder les courbes.")
    return Board("first", "Premier", "Un tableau.", [Row("Maintenant"), *curves, listing(legend), note])


def second(legend: Legend = LEGEND) -> Board:
    return Board("second", "Second", "Un autre.", [curve(legend, 1)])


class Good:
    """The documents of the folder, by file; `faults` writes and checks them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents: dict[str, Any] = {
            f"dashboards/fr/{board.slug}.json": json.loads(as_json(assemble(board, LEGEND)))
            for board in (first(), second())
        }
        for path in PROVISIONING.glob("*/*.yaml"):
            name = f"provisioning/{path.relative_to(PROVISIONING).as_posix()}"
            self.documents[name] = yaml.safe_load(path.read_text())
        self.texts: dict[str, str] = {}
        """Files that are no documents."""

    def panel(self, number: int) -> dict[str, Any]:
        """A panel of the first dashboard."""
        return next(one for one in self.documents[FIRST]["panels"] if one["id"] == number)

    def query(self, number: int) -> dict[str, Any]:
        return self.panel(number)["targets"][0]  # type: ignore[no-any-return]

    def board(self, name: str) -> dict[str, Any]:
        """One more dashboard, `dashboards/fr/{name}.json`, with its own uid and title."""
        document = copy.deepcopy(self.documents[SECOND])
        document |= {"uid": f"vigiterre-{name}", "title": name}
        self.documents[f"dashboards/fr/{name}.json"] = document
        return document  # type: ignore[no-any-return]

    def rule(self, name: str) -> dict[str, Any]:
        """One more rule, with its own uid."""
        rules = self.documents[ALERTING]["groups"][0]["rules"]
        rules.append({**copy.deepcopy(rules[0]), "uid": f"vigiterre-{name}", "title": name})
        return rules[-1]  # type: ignore[no-any-return]

    def group(self, name: str) -> dict[str, Any]:
        groups = self.documents[ALERTING]["groups"]
        group = {**copy.deepcopy(groups[0]), "name": name}
        group["rules"] = [{**copy.deepcopy(groups[0]["rules"][0]), "uid": f"vigiterre-{name}", "title": name}]
        groups.append(group)
        return group

    def receiver(self, name: str) -> dict[str, Any]:
        receivers = self.documents[ALERTING]["contactPoints"][0]["receivers"]
        receivers.append({**copy.deepcopy(receivers[0]), "uid": name})
        return receivers[-1]  # type: ignore[no-any-return]

    def source(self, name: str) -> dict[str, Any]:
        sources = self.documents[SOURCES]["datasources"]
        sources.append({**copy.deepcopy(sources[0]), "uid": name, "name": name, "isDefault": False})
        return sources[-1]  # type: ignore[no-any-return]

    def provider(self, name: str) -> dict[str, Any]:
        providers = self.documents[PROVIDER]["providers"]
        providers.append({**copy.deepcopy(providers[0]), "name": name})
        return providers[-1]  # type: ignore[no-any-return]

    def write(self) -> Path:
        for name, document in self.documents.items():
            text = json.dumps(document) if name.endswith(".json") else yaml.safe_dump(document, sort_keys=False)
            self._write(name, text)
        for name, text in self.texts.items():
            self._write(name, text)
        return self.folder

    def faults(self) -> list[Fault]:
        return list(faults(read_folder(self.write()), NAMES))

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
