"""The folder as it lies on disk: dashboards and provisioning files, and what cannot even be read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from dashboards.grafana.check.fault import Fault, at
from dashboards.grafana.check.loose import Tree, trees
from devices.problems import NOTHING

BOARDS, PROVISIONING = "dashboards", "provisioning"
KINDS = ("datasources", "dashboards", "alerting")


class BoardFile(NamedTuple):
    file: str
    language: str
    document: Tree


class ProvisionFile(NamedTuple):
    file: str
    kind: str
    """One of KINDS."""
    root: str
    """The folder that one Grafana is given; two of them never meet."""
    document: Tree


class Folder(NamedTuple):
    boards: list[BoardFile]
    provisioned: list[ProvisionFile]
    faults: list[Fault]

    def of(self, kind: str) -> list[ProvisionFile]:
        return [one for one in self.provisioned if one.kind == kind]


class KeyTwiceError(ValueError):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def read_folder(folder: Path) -> Folder:
    """`dashboards/{language}/*.json` and `provisioning*/**/{datasources,dashboards,alerting}/*.yaml`."""
    found = Folder([], [], [])
    if not folder.is_dir():
        found.faults.append(Fault(str(folder), NOTHING, "missing_folder"))
        return found
    for path in sorted((folder / BOARDS).glob("*/*.json")):
        if (document := _read(path, folder, found.faults)) is not None:
            found.boards.append(BoardFile(_name(path, folder), path.parent.name, document))
    for path in sorted(_yaml_files(folder)):
        if (document := _read(path, folder, found.faults)) is not None:
            root = _name(path.parent.parent, folder)
            found.provisioned.append(ProvisionFile(_name(path, folder), path.parent.name, root, document))
    if not found.boards and not found.faults:
        found.faults.append(Fault(BOARDS, NOTHING, "no_dashboards"))
    return found


def panels(document: Tree) -> Iterator[Tree]:
    """Every panel, those inside collapsed rows too."""
    for panel in trees(document, "panels"):
        yield panel
        yield from trees(panel, "panels")


def _yaml_files(folder: Path) -> Iterator[Path]:
    for path in folder.glob(f"{PROVISIONING}*/**/*.y*ml"):
        if path.parent.name in KINDS and path.suffix in (".yaml", ".yml"):
            yield path


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _read(path: Path, folder: Path, faults: list[Fault]) -> Tree | None:
    name, kind = _name(path, folder), "json" if path.suffix == ".json" else "yaml"
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text, object_pairs_hook=_once) if kind == "json" else yaml.load(text, _Once)  # noqa: S506  -- a safe loader
    except KeyTwiceError as error:
        faults.append(Fault(name, at(error.key), "key_twice", {"key": error.key}))
        return None
    except (ValueError, yaml.YAMLError) as error:
        faults.append(Fault(name, NOTHING, f"not_{kind}", {"error": " ".join(str(error).split())}))
        return None
    if not isinstance(document, dict):
        faults.append(Fault(name, NOTHING, "not_object"))
        return None
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Of two equal keys the first would be lost without a word."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise KeyTwiceError(key)
        found[key] = value
    return found


class _Once(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise KeyTwiceError(str(key))
        return super().construct_mapping(node, deep)
