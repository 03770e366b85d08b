"""A release, the same bytes whoever makes it of a commit: wheel, sdist, list of what runs (CycloneDX), checksums."""

import argparse
import json
import os
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
RUNS = "requirements-run.lock"
SUMS = "SHA256SUMS"


def release(out: Path, root: Path = ROOT) -> list[Path]:
    """The files, made in an empty folder of the sources in `root`. Raises SystemExit with what is in the way."""
    out.mkdir(parents=True, exist_ok=True)
    if found := sorted(path.name for path in out.iterdir()):
        raise SystemExit(f"{out} is not empty: {', '.join(found)}. Put that aside.")
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct")
    _build(out, root, epoch)
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    bill = out / f"{project['name']}-{project['version']}.cdx.json"
    bill.write_text(json.dumps(bill_of_materials(root), indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    made = sorted(out.iterdir())
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in made]
    (out / SUMS).write_text("".join(lines))
    return [*made, out / SUMS]


def bill_of_materials(root: Path = ROOT) -> dict[str, Any]:
    """Of what runs, with the hashes it is pinned by, and without the addresses of the index it came from."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml"]
    command += ["--output-reproducible", "--output-format", "JSON", "--spec-version", "1.6", RUNS]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    bill: dict[str, Any] = json.loads(done.stdout)
    for component in (*bill["components"], *bill["metadata"]["tools"]["components"]):
        _without_index(component)
    return bill


def _without_index(component: dict[str, Any]) -> None:
    """The addresses are those of whoever made the lock; the hashes hold wherever a file comes from."""
    references = component.pop("externalReferences", [])
    hashes = {one["content"] for reference in references for one in reference.get("hashes", ())}
    if hashes:
        component["properties"] = [
            *component.get("properties", []),
            *({"name": "vigiterre:pinned-sha256", "value": value} for value in sorted(hashes)),
        ]


def _build(out: Path, root: Path, epoch: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out.absolute()), "-t", "wheel", "-t", "sdist"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch}
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit("not a git checkout: set SOURCE_DATE_EPOCH to the seconds of what is released")
    return done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    out: Path = parser.parse_args().out
    for path in release(out):
        sys.stdout.write(f"{path}\n")
    if _git(ROOT, "status", "--porcelain", "--untracked-files=no"):
        sys.stderr.write("Changes that are not committed are in it: nobody else can make it again.\n")


if __name__ == "__main__":
    main()
