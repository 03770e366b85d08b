"""What is installed is what was chosen, what is known against it is said, and a release can be made again."""

import configparser
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from supply.audit import LOCKS, audit
from supply.release import RUNS, SUMS, bill_of_materials, release

from servers import free_port

ROOT = Path(__file__).parent.parent
REQUIREMENTS = sorted(ROOT.glob("requirements*"))
INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://|file:")
UNITS = sorted((ROOT / "config/systemd").glob("*.service"))
OF_ROOT = {
    "vigiterre-broker.service": "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SETGID CAP_SETUID",
}
"""Units that cannot do without root, and what of it they keep."""
SHUT = {
    "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts",
    "PrivateUsers", "ProtectClock", "ProtectControlGroups", "ProtectHostname", "ProtectKernelLogs",
    "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc", "ProcSubset", "RemoveIPC", "LockPersonality",
    "MemoryDenyWriteExecute", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "RestrictAddressFamilies",
    "SystemCallFilter", "SystemCallArchitectures", "CapabilityBoundingSet", "AmbientCapabilities", "UMask", "User",
    "KeyringMode", "DevicePolicy",
}  # fmt: skip
MOST_EXPOSURE = 12
"""Tenths, as systemd counts; the network alone is 5."""
MOST_EXPOSURE_OF_ROOT = 26
PINNED = "idna==3.10 \\\n    --hash=sha256:946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3\n"


# -- what is installed


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: str(path.name))
def test_every_requirement_is_pinned_by_its_hash_and_names_no_index(path: Path) -> None:
    text = path.read_text()
    assert not INDEX.search(text)
    pins = re.split(r"(?m)^(?=\S)", text.replace("\\\n", ""))[1:]
    assert pins
    for pin in pins:
        assert re.match(r"[a-z0-9.-]+(?:\[[a-z,]+\])?==\S+", pin), pin[:60]
        assert "--hash=sha256:" in pin, pin[:60]


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_nothing_is_installed_without_its_hash_but_ourselves(name: str) -> None:
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    installing = [part for line in lines for part in line.split("&&") if "pip install" in part]
    assert len(installing) >= 3
    for part in installing:
        assert "--require-hashes" in part or "--no-deps" in part, part
        assert "pip install" in part.split("--no-deps")[0], part
    assert not INDEX.search("\n".join(installing))


def test_make_check_looks_for_flaws_and_known_vulnerabilities() -> None:
    check = (ROOT / "Makefile").read_text().partition("\ncheck: install\n")[2].partition("\n\n")[0]
    assert "bandit" in check
    assert "audit" in check
    assert {lock.name for lock in LOCKS} | {RUNS} == {path.name for path in REQUIREMENTS}


FLAWS = {
    "B602": "import subprocess\nsubprocess.run(input(), shell=True)\n",
    "B501": "import requests\nrequests.get('https://h', verify=False, timeout=1)\n",
    "B301": "import pickle\npickle.loads(open('x', 'rb').read())\n",
    "B324": "import hashlib\nhashlib.md5(b'x')\n",
}


@pytest.mark.parametrize("rule", FLAWS)
def test_what_bandit_is_not_asked_leaves_it_teeth(rule: str, tmp_path: Path) -> None:
    (tmp_path / "flawed.py").write_text(FLAWS[rule])
    command = [sys.executable, "-m", "bandit", "--quiet", "--configfile", str(ROOT / "pyproject.toml")]
    found = subprocess.run([*command, str(tmp_path / "flawed.py")], capture_output=True, text=True, check=False)
    assert (found.returncode, rule in found.stdout) == (1, True)


# -- what is known against it


class Database(BaseHTTPRequestHandler):
    """An OSV database that knows one package to be flawed, or none."""

    flawed = ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        flaws = [FLAW] if asked.get("package", {}).get("name") == self.flawed else []
        body = json.dumps({"vulns": flaws} if flaws else {}).encode()
        self.send_response(200 if asked else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests say what they need."""


NO_SOURCES = (".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis", "dist", "screenshots")
FLAW = {
    "id": "PYSEC-0000-1",
    "summary": "made up",
    "details": "made up",
    "aliases": ["CVE-0000-0001"],
    "published": "2026-01-01T00:00:00Z",
    "modified": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "idna", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}],
        }
    ],
}


@contextmanager
def database(flawed: str = "") -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Knowing", (Database,), {"flawed": flawed}))
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(PINNED)
    return path


def test_a_known_vulnerability_fails_and_is_named(lock: Path) -> None:
    with database("idna") as service:
        verdict = audit([lock], service)
    assert verdict.code == 1
    assert "idna 3.10: PYSEC-0000-1, fixed in 9.9" in verdict.words


def test_nothing_known_passes(lock: Path) -> None:
    with database() as service:
        assert audit([lock], service) == (0, "pip-audit: nothing known against 1 packages")


def test_without_its_database_it_says_that_nothing_was_looked_for_and_fails_nobody(lock: Path) -> None:
    verdict = audit([lock], f"http://127.0.0.1:{free_port()}/v1/query")
    assert verdict.code == 0
    assert "NOT LOOKED FOR" in verdict.words


def test_what_else_goes_wrong_fails(lock: Path) -> None:
    lock.write_text("idna==3.10\n")  # without its hash
    with database() as service:
        verdict = audit([lock], service)
    assert verdict.code == 1
    assert "pip-audit failed" in verdict.words


# -- what is released


@pytest.mark.timeout(300)
def test_a_release_made_twice_is_the_same_bytes_and_says_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795435200")
    sources = Path(shutil.copytree(ROOT, tmp_path / "sources", ignore=shutil.ignore_patterns(*NO_SOURCES)))
    first, second = release(tmp_path / "first", sources), release(tmp_path / "second", sources)
    sums = [(path / SUMS).read_text() for path in (tmp_path / "first", tmp_path / "second")]
    assert sums[0] == sums[1]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert {path.suffix for path in first} == {".whl", ".gz", ".json", ""}
    told = subprocess.run(
        ["sha256sum", "--check", "--strict", SUMS], cwd=tmp_path / "first", check=True, capture_output=True
    )
    assert told.stdout.count(b": OK") == 3
    with pytest.raises(SystemExit, match="not empty"):
        release(tmp_path / "first")


def test_the_bill_of_materials_names_what_runs_with_its_hashes_and_no_index() -> None:
    bill = bill_of_materials()
    pins = dict(re.findall(r"(?m)^([a-z0-9.-]+)==([^ ;\\]+)", (ROOT / RUNS).read_text()))
    assert {part["name"]: part["version"] for part in bill["components"]} == pins
    hashes = set(re.findall(r"sha256:([0-9a-f]{64})", (ROOT / RUNS).read_text()))
    listed = {
        one["value"] for part in bill["components"] for one in part["properties"] if one["name"].endswith("sha256")
    }
    assert listed == hashes
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == (
        project["name"],
        project["version"],
    )
    assert "externalReferences" not in json.dumps(bill)
    assert re.findall(r"https?://[^\"]*", json.dumps(bill)) == [bill["$schema"]]


# -- what runs it


def directives(unit: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text())
    return dict(parser["Service"])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_every_unit_is_shut_but_for_what_it_needs(unit: Path, tmp_path: Path) -> None:
    given = directives(unit)
    assert not SHUT - given.keys()
    assert given["User"] == ("root" if unit.name in OF_ROOT else "vigiterre")
    assert given["ProtectSystem"] == "strict"
    assert given["CapabilityBoundingSet"] == OF_ROOT.get(unit.name, "")
    assert given["AmbientCapabilities"] == ""
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not here")
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/vigiterre/.venv/bin", str(Path(sys.executable).parent)))
    verified = subprocess.run([analyse, "verify", "--man=no", here], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    most = MOST_EXPOSURE_OF_ROOT if unit.name in OF_ROOT else MOST_EXPOSURE
    command = [analyse, "security", "--offline=yes", "--no-pager", f"--threshold={most}", str(here)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-400:] + told.stderr


def test_whoever_finds_a_flaw_is_told_where_to_say_it_in_both_languages() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    for heading in (
        "## Signaler · Report",
        "## Versions suivies · Supported versions",
        "## Ce qui est promis · What is promised",
    ):
        assert heading in text
