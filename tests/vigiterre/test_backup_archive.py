"""An archive that was changed, cut or made by somebody else is refused, and the file at fault is named."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigiterre.backup.archive import BLOCK, Reader, Writer, acceptable
from vigiterre.backup.manifest import FORMAT, NAME, Manifest
from vigiterre.backup.problems import BackupError
from vigiterre.backup.verifying import verify

NOON = 1_795_435_200_000
REFUSALS = {"torn", "damaged", "no_archive"}


def manifest_of(writer: Writer, format_: int = FORMAT) -> bytes:
    return Manifest(
        format=format_, program="0", created=NOON, start=None, end=None, store="none",
        files=writer.entries, series=[], left_out=[],
    ).to_bytes()  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Three files: one that compresses, one that does not, an empty one."""
    out = io.BytesIO()
    writer = Writer(out, NOON, lambda _: None)
    noise = bytes((n * n * 7 + n // 3) % 251 for n in range(6_000))
    for name, content in (("config/a.toml", b"a" * 3_000), ("data/journal/" + "1".zfill(20) + ".journal", noise)):
        kind = "config" if name.startswith("config") else "journal"
        writer.add(name, kind, 1, len(content), [content])  # type: ignore[arg-type]
    writer.add("config/empty", "config", 1, 0, [])
    writer.finish(manifest_of(writer))
    path = tmp_path / "made.tar.gz"
    path.write_bytes(out.getvalue())
    return path


def test_what_is_whole_is_verified_and_any_tar_reads_it(made: Path) -> None:
    found = verify(made)
    with tarfile.open(made) as archive:
        assert archive.getnames() == [*(entry.path for entry in found.files), NAME]
        assert archive.extractfile("config/a.toml").read() == b"a" * 3_000  # type: ignore[union-attr]


def test_one_changed_byte_anywhere_is_refused_unless_it_says_the_same(made: Path, tmp_path: Path) -> None:
    """Two codes of deflate may mean the same bytes: a run of equal ones has many spellings."""
    content, copy = made.read_bytes(), tmp_path / "copy"
    meant, harmless = gzip.decompress(content), 0
    for at in range(len(content)):
        changed = content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]
        copy.write_bytes(changed)
        try:
            verify(copy)
        except BackupError:
            continue
        harmless += 1
        assert gzip.decompress(changed) == meant, at
    assert harmless < len(content) // 10


def test_the_file_with_the_changed_byte_is_named(made: Path, tmp_path: Path) -> None:
    content, copy = bytearray(made.read_bytes()), tmp_path / "copy"
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    with pytest.raises(BackupError, match=r"00001\.journal") as refused:
        verify(copy)
    assert refused.value.code == "damaged"
    assert ".journal" in refused.value.text("fr")


def test_a_torn_archive_is_refused_wherever_it_is_torn(made: Path, tmp_path: Path) -> None:
    content, copy = made.read_bytes(), tmp_path / "copy"
    for length in range(len(content)):
        copy.write_bytes(content[:length])
        with pytest.raises(BackupError) as refused:
            verify(copy)
        assert refused.value.code in REFUSALS, length


def test_an_archive_that_goes_on_is_refused(made: Path) -> None:
    made.write_bytes(made.read_bytes() + gzip.compress(b"more"))
    with pytest.raises(BackupError):
        verify(made)


@given(st.binary(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_the_reader_do_anything_but_read_or_refuse(content: bytes) -> None:
    for block in (content, gzip.compress(content, 1)):
        reader = Reader(io.BytesIO(block), "x", 10_000)
        try:
            for member in reader.members():
                assert acceptable(member.name) or member.name == NAME
        except BackupError:
            pass


def entry(name: str, **facts: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for key, value in facts.items():
        setattr(info, key, value)
    return info


EVIL = {
    "up": entry("data/../../evil"),
    "here": entry("data/./evil"),
    "absolute": entry("/etc/evil"),
    "nowhere": entry("evil"),
    "backslash": entry("data\\evil"),
    "empty part": entry("data//evil"),
    "symlink": entry("data/evil", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "hard link": entry("data/evil", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "device": entry("data/evil", type=tarfile.CHRTYPE),
    "fifo": entry("data/evil", type=tarfile.FIFOTYPE),
    "folder": entry("data/evil", type=tarfile.DIRTYPE),
    "extended header": entry("data/evil", type=tarfile.XHDTYPE, size=2**33),
    "long name": entry("data/" + "e" * 300),
    "bomb": entry("data/evil", size=2**45),
    "manifest as bomb": entry(NAME, size=2**33),
}


@pytest.mark.parametrize("info", EVIL.values(), ids=EVIL)
def test_what_tar_could_do_besides_is_refused(info: tarfile.TarInfo, tmp_path: Path) -> None:
    path = tmp_path / "evil.tar.gz"
    path.write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(BLOCK * 4)))
    with pytest.raises(BackupError) as refused:
        verify(path)
    assert refused.value.code in ("bad_entry", "too_large")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice"
    path.write_bytes(gzip.compress(entry("config/a").tobuf() * 2 + bytes(BLOCK * 2)))
    with pytest.raises(BackupError, match="config/a"):
        verify(path)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("data/alerts.sqlite", "cursor"), ("data/readings.sqlite", "store"), ("data/lock", "config"),
     ("data/control.sock", "session"), ("store/autogen/1.lp", "rollups"), ("config/a", "journal")],
)  # fmt: skip
def test_a_file_that_is_not_where_its_kind_belongs_is_refused(path: str, kind: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=path):
        verify(archive_of(tmp_path, path, kind))


def test_a_later_format_of_archive_or_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="format 3, this version knows format 2; upgrade"):
        verify(archive_of(tmp_path, "config/a", "config", format_=3))
    with pytest.raises(BackupError, match=r"alerts\.sqlite of the backup has format 99"):
        verify(archive_of(tmp_path, "data/alerts.sqlite", "alerts", version=99))


def test_a_manifest_that_misses_a_file_or_names_one_too_many_is_refused(tmp_path: Path) -> None:
    for wrong in ([], ["config/a", "config/b"]):
        out = io.BytesIO()
        writer = Writer(out, NOON, lambda _: None)
        writer.add("config/a", "config", 1, 1, [b"a"])
        [right] = writer.entries
        writer.entries = [right.model_copy(update={"path": path}) for path in wrong]
        writer.finish(manifest_of(writer))
        (tmp_path / "wrong").write_bytes(out.getvalue())
        with pytest.raises(BackupError, match=r"config/[ab]"):
            verify(tmp_path / "wrong")


def test_a_file_that_became_shorter_makes_no_backup() -> None:
    def less() -> Iterator[bytes]:
        yield b"ab"

    with pytest.raises(BackupError, match="config/a became shorter"):
        Writer(io.BytesIO(), NOON, lambda _: None).add("config/a", "config", 1, 3, less())


def archive_of(folder: Path, path: str, kind: str, *, version: int = 1, format_: int = FORMAT) -> Path:
    out = io.BytesIO()
    writer = Writer(out, NOON, lambda _: None)
    writer.add(path, kind, version, 1, [b"x"])  # type: ignore[arg-type]
    writer.finish(manifest_of(writer, format_))
    (folder / "archive").write_bytes(out.getvalue())
    return folder / "archive"
