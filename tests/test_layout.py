"""The house stands as docs/architecture.md says: names are ours, imports run one way, config holds no Python."""

import ast
import json
import subprocess
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "devices": set[str](),
    "stores": {"devices"},
    "alerts": {"devices", "stores"},
    "ingest": {"devices", "stores", "alerts"},
    "dashboards": {"devices", "stores", "alerts"},
    "vigiterre": {"devices", "stores", "alerts", "ingest", "dashboards"},
}
FORBIDDEN_WORDS = ("manager", "helper", "utils", "base")
NETWORK = {"socket", "urllib3", "urllib", "http", "asyncio", "aiomqtt", "paho", "mqtt5", "influxdb_client", "sqlite3"}


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_run_one_way(room: str) -> None:
    assert sources(room)
    for path in sources(room):
        ours = imported(path) & set(MAY_IMPORT) - {room}
        assert ours <= MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {ours - MAY_IMPORT[room]}"


def test_devices_know_no_network_and_no_database() -> None:
    for path in sources("devices"):
        assert not imported(path) & NETWORK, path


def test_nobody_else_ships_our_names() -> None:
    shipped = packages_distributions()
    for room in MAY_IMPORT:
        assert set(shipped.get(room, ["vigiterre"])) == {"vigiterre"}


def test_config_holds_no_python() -> None:
    assert not list((ROOT / "config").rglob("*.py"))


def test_names_are_terms_of_the_field() -> None:
    for room in MAY_IMPORT:
        for path in sources(room):
            tree = ast.parse(path.read_text())
            names = [path.stem, *(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
            for name in names:
                assert not any(word in name.lower() for word in FORBIDDEN_WORDS), f"{path}: {name}"


def test_no_file_is_too_long_to_read() -> None:
    for room in MAY_IMPORT:
        for path in sources(room):
            assert len(path.read_text().splitlines()) <= 420, path


def test_no_committed_file_names_a_registry_host() -> None:
    hosts = ("files." + "pythonhosted", "pypi" + ".org", "registry." + "npmjs")
    for path in (*ROOT.glob("*.lock"), *ROOT.glob("*.toml"), *ROOT.glob("*.json")):
        assert not any(host in path.read_text() for host in hosts), path


def test_no_source_of_others_is_committed() -> None:
    """What the pages are bundled from comes by `npm ci`, and what is built of it stays out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for path in listed.stdout.split("\0"):
        assert "node_modules/" not in path, path
        assert not path.startswith("dashboards/console/static/"), path
        assert not path.endswith((".min.js", ".min.css", ".map", ".woff", ".woff2")), path


def test_every_npm_package_is_pinned_by_its_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert name == "" or package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_decision_records_are_numbered_once() -> None:
    numbers = sorted(path.name[:4] for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert numbers
    assert all(before != after for before, after in pairwise(numbers))
