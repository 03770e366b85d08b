"""Whatever somebody did to a file, the answer is a registry or a ConfigError in both languages: never a traceback."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import importing
from devices.errors import ConfigError
from devices.load import load_registry

FILES = ("quantities.toml", "models/acme-air.toml", "devices.csv", "placements.csv", "reference/communes.csv")
PLACEMENTS = "device,from,until,site,name,commune,latitude,longitude,altitude\nsalle-1,,2024-03-01,a,a,03190,,,\n"
COMMUNES = "commune,name,latitude,longitude,population\n03190,Moulins,46.5,3.3,19664\n"
BITS = st.sampled_from(
    [
        b"",
        b"\n",
        b"\r",
        b'"',
        b"'''",
        b";",
        b",,,",
        b"=",
        b"[",
        b"]]",
        b"{",
        b"0",
        b"-1",
        b"nan",
        b"9" * 400,
        b"9" * 5000,
        b"[" * 2000,
        b"1e999",
        b"true",
        b"[]",
        b"{}",
        b"1979-05-27",
        b"0001-01-01",
        b"9999-12-31T23:59:59-14:00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\0",
        b"sep=",
        "é\u200b".encode(),
        b"{value}",
        b"%s",
        b"from",
        b"co2",
    ]
)
EDITS = st.lists(st.tuples(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 20), BITS), min_size=1, max_size=4)


def edited(content: bytes, where: float, length: int, bit: bytes) -> bytes:
    at = int(where * len(content))
    return content[:at] + bit + content[at + length :]


@pytest.fixture
def full(territory: Path) -> Path:
    (territory / "placements.csv").write_text(PLACEMENTS, encoding="utf-8")
    (territory / "reference").mkdir()
    (territory / "reference" / "communes.csv").write_text(COMMUNES, encoding="utf-8")
    return territory


def test_no_damage_to_a_file_ends_in_a_traceback(full: Path) -> None:
    pristine = {name: (full / name).read_bytes() for name in FILES}
    good = load_registry(full)

    @settings(max_examples=300, deadline=None)
    @given(EDITS)
    def damage(edits: list[tuple[str, float, int, bytes]]) -> None:
        spoiled = dict(pristine)
        for name, where, length, bit in edits:
            spoiled[name] = edited(spoiled[name], where, length, bit)
        for name, content in spoiled.items():
            (full / name).write_bytes(content)
        try:
            load_registry(full)
        except ConfigError as error:
            assert error.problems  # noqa: PT017  -- raised only for some inputs
            assert all(problem.text("fr") and problem.text("en") for problem in error.problems)  # noqa: PT017

    damage()
    for name, content in pristine.items():
        (full / name).write_bytes(content)
    assert load_registry(full) == good


def test_what_an_import_writes_can_always_be_loaded(full: Path, tmp_path: Path) -> None:
    registry = load_registry(full)
    pristine = (full / "devices.csv").read_bytes()
    incoming = tmp_path / "incoming.csv"

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), BITS), max_size=3))
    def import_damaged(edits: list[tuple[float, int, bytes]]) -> None:
        (full / "devices.csv").write_bytes(pristine)
        content = pristine.replace(b"salle-2", b"salle-3")
        for where, length, bit in edits:
            content = edited(content, where, length, bit)
        incoming.write_bytes(content)
        try:
            importing.apply(importing.plan(full / "devices.csv", incoming, registry))
        except ConfigError:
            assert (full / "devices.csv").read_bytes() == pristine
        loaded = load_registry(full)
        assert loaded.devices.keys() >= registry.devices.keys()

    import_damaged()
