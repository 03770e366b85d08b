"""The audit log: lines are added and never changed, and whatever is done to the file behind our back shows."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.console.accounts import chain
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.chain import Head, Verdict, hash_of
from dashboards.console.accounts.file import FILE
from devices.errors import StoreUnavailable

NOON = 1_790_000_000_000
DAY = 86_400_000
SAMPLE = Path(__file__).parents[2] / "data/versions/console-1.sql"
COLUMNS = (*chain.CELLS, "hash")
TEXT = st.text(max_size=20)


def written(folder: Path) -> Head:
    """Eight lines, the first three of them dropped since; the head."""
    with Accounts(folder) as accounts:
        for number in range(3):
            accounts.audit.note(NOON, "anne", "192.0.2.1", "/alerts/1/acknowledge", f"comment=vu {number}")
        begun = accounts.audit.note(NOON + 1, "Élodie", "::1", "/quarantine/purge", "reason=schema", "begun")
        accounts.audit.end(NOON + 2, begun, "done")
        for number in range(3):
            accounts.audit.note(NOON + 3, "root", "shell", "tokens add", f"tableur {number}")
        accounts.audit.expire(NOON + 1)
        return accounts.audit.head()


def verdict_of(folder: Path, noted: Head | None = None) -> Verdict:
    with Accounts(folder) as accounts:
        return accounts.audit.verify(noted)


def tamper(folder: Path, *statements: str, **values: object) -> int:
    """As somebody does who owns the file: the triggers are no obstacle -> rows changed by the last statement."""
    with closing(sqlite3.connect(folder / FILE)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        changed = [file.execute(statement, values).rowcount for statement in statements]
        file.commit()
    return changed[-1]


def test_a_log_that_nobody_touched_is_whole(tmp_path: Path) -> None:
    head = written(tmp_path)
    verdict = verdict_of(tmp_path, head)
    assert (verdict.lines, verdict.head, verdict.anchor.id) == (5, head, 3)
    assert (verdict.broken, verdict.noted, verdict.chained) == (None, "", None)


def test_what_came_of_an_action_is_a_line_of_its_own_and_shown_with_the_first(tmp_path: Path) -> None:
    written(tmp_path)
    with Accounts(tmp_path) as accounts:
        [purge] = [line for line in accounts.audit.lines() if line.action == "/quarantine/purge"]
        assert (purge.outcome, len(accounts.audit.lines())) == ("done", 4)
        assert accounts.file.rows("SELECT id, outcome, ends FROM audit WHERE ends > 0") == [(5, "done", 4)]
        assert accounts.file.rows("SELECT outcome FROM audit WHERE id = 4") == [("begun",)]


def test_the_hash_is_made_of_the_bytes_that_the_decision_record_names(tmp_path: Path) -> None:
    written(tmp_path)
    with Accounts(tmp_path) as accounts:
        [(before, *_), (digest, *cells)] = accounts.file.rows(
            "SELECT hash, id, time, who, address, action, target, outcome, ends FROM audit WHERE id IN (4, 5)"
        )
    said = b"".join(len(cell).to_bytes(4, "big") + cell for cell in (str(one).encode() for one in cells))
    from hashlib import sha256  # noqa: PLC0415  -- not by the code that is tested

    assert digest == sha256(before.encode() + said).hexdigest()


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a_changed_bit_of_any_cell_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("audit")
    written(folder)
    line, column = data.draw(st.integers(4, 8)), data.draw(st.sampled_from(COLUMNS))
    with closing(sqlite3.connect(folder / FILE)) as file:
        query = f"SELECT {column}, CAST({column} AS BLOB) FROM audit WHERE id = ?"
        [(known, content)] = file.execute(query, (line,))
    if isinstance(known, int):
        changed: object = known ^ (1 << data.draw(st.integers(0, 62)))
    elif content:
        place = data.draw(st.integers(0, len(content) - 1))
        flipped = content[place] ^ (1 << data.draw(st.integers(0, 7)))
        changed = content[:place] + bytes([flipped]) + content[place + 1 :]
    else:
        changed = b"\x00"
    kind = "TEXT" if isinstance(changed, bytes) else "INTEGER"
    try:
        tamper(
            folder, f"UPDATE audit SET {column} = CAST(:changed AS {kind}) WHERE id = :line", changed=changed, line=line
        )
    except sqlite3.IntegrityError:  # the number of another line
        return
    assert verdict_of(folder).broken is not None


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_changed_byte_of_the_file_where_a_line_stands_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("audit")
    written(folder)
    with closing(sqlite3.connect(folder / FILE)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = file.execute("SELECT who || address || action || target || outcome, hash FROM audit").fetchall()
    content = bytearray((folder / FILE).read_bytes())
    text, digest = data.draw(st.sampled_from(rows))
    wanted = data.draw(st.sampled_from([text.encode(), digest.encode()])) or digest.encode()
    start = content.index(digest.encode()) if wanted == digest.encode() else content.index(wanted)
    content[start + data.draw(st.integers(0, len(wanted) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (folder / FILE).write_bytes(content)
    assert verdict_of(folder).broken is not None


def test_a_text_that_became_a_blob_of_the_same_bytes_is_found(tmp_path: Path) -> None:
    written(tmp_path)
    assert tamper(tmp_path, "UPDATE audit SET who = CAST(who AS BLOB) WHERE id = 5") == 1
    assert verdict_of(tmp_path).broken == 5


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("DELETE FROM audit WHERE id = 6", 6),
        ("DELETE FROM audit WHERE id = 4", 4),
        ("UPDATE audit SET hash = upper(hash) WHERE id = 7", 7),
        ("UPDATE audit_anchor SET hash = upper(hash)", 4),
        ("UPDATE audit_anchor SET id = 2", 3),
        ("UPDATE audit_anchor SET hash = CAST(hash AS BLOB)", 1),
        ("DELETE FROM audit_anchor", 1),
        ("UPDATE audit SET id = -4 WHERE id = 8", 4),
        ("INSERT INTO audit SELECT 9, time, who, address, '', target, '', ends, hash FROM audit WHERE id = 8", 9),
    ],
)
def test_the_line_is_named_where_the_chain_breaks(tmp_path: Path, statement: str, broken: int) -> None:
    written(tmp_path)
    tamper(tmp_path, statement)
    assert verdict_of(tmp_path).broken == broken


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody'",
        "UPDATE audit SET outcome = 'done' WHERE id = 4",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 8",
        "INSERT OR REPLACE INTO audit SELECT 6, time, 'nobody', '', '', '', '', 0, hash FROM audit WHERE id = 6",
        "INSERT INTO audit SELECT 99, time, who, '', '', '', '', 0, hash FROM audit WHERE id = 6",
        "UPDATE audit_anchor SET id = 8",
        "UPDATE audit_anchor SET hash = 'x'",
        "DELETE FROM audit_anchor",
        "INSERT OR REPLACE INTO audit_anchor VALUES (1, 0, 'x')",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_noted(tmp_path: Path, statement: str) -> None:
    head = written(tmp_path)
    with Accounts(tmp_path) as accounts, pytest.raises(sqlite3.IntegrityError, match="audit log"):  # noqa: SIM117
        with accounts.file.transaction() as transaction:
            transaction.execute(statement)
    assert verdict_of(tmp_path, head).broken is None


def cut(folder: Path) -> None:
    tamper(folder, "DELETE FROM audit WHERE id > 6")


def rewritten(folder: Path) -> None:
    """From line 6 on, by somebody who knows how: the chain holds."""
    tamper(folder, "DELETE FROM audit WHERE id > 5")
    with closing(sqlite3.connect(folder / FILE)) as file:
        for number in range(3):
            chain.append(file, NOON + 3, ["root", "shell", "tokens add", f"another {number}", "done"])
        file.commit()


def dropped(folder: Path) -> None:
    with Accounts(folder) as accounts:
        accounts.audit.note(NOON + DAY, "anne", "", "/new")
        accounts.audit.expire(NOON + DAY)


@pytest.mark.parametrize(("done", "noted"), [(cut, "cut"), (rewritten, "changed"), (dropped, "")])
def test_a_head_noted_elsewhere_finds_what_the_chain_alone_cannot(
    tmp_path: Path, done: Callable[[Path], None], noted: str
) -> None:
    head = written(tmp_path)
    done(tmp_path)
    verdict = verdict_of(tmp_path, head)
    assert (verdict.broken, verdict.noted) == (None, noted)  # a head that became the anchor is still known


def test_a_head_that_was_forgotten_says_nothing_any_more(tmp_path: Path) -> None:
    head = written(tmp_path)
    assert verdict_of(tmp_path, Head(2, head.hash)).noted == "dropped"


def test_a_log_whose_lines_are_all_forgotten_goes_on_with_the_next_number(tmp_path: Path) -> None:
    head = written(tmp_path)
    with Accounts(tmp_path) as accounts:
        accounts.audit.expire(NOON + DAY)
        assert (accounts.audit.lines(), accounts.audit.head()) == ([], head)
        assert accounts.audit.note(NOON + DAY, "anne", "", "/new") == head.id + 1
        assert accounts.audit.verify(head)._replace(head=head) == Verdict(1, head, head)


def test_only_the_oldest_lines_are_forgotten_though_a_clock_was_set_back(tmp_path: Path) -> None:
    with Accounts(tmp_path) as accounts:
        for time in (NOON, NOON + DAY, NOON):
            accounts.audit.note(time, "anne", "", "/act")
        assert accounts.audit.expire(NOON + 1) == 1
        assert accounts.audit.verify().lines == 2


def test_lines_of_before_are_chained_and_it_is_said_from_where_on_that_means_something(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.executescript(SAMPLE.read_text())
    with Accounts(tmp_path) as accounts:
        newest, oldest = accounts.audit.lines()
        assert (oldest.who, oldest.action, oldest.outcome) == ("Agnès", "user_added", "done")
        assert (newest.action, newest.target) == (chain.CHAINED, "1-1: written before there was a chain")
        verdict = accounts.audit.verify()
    assert (verdict.lines, verdict.broken, verdict.chained) == (2, None, (2, newest.time))


def test_a_file_that_is_damaged_is_said_to_be(tmp_path: Path) -> None:
    written(tmp_path)
    with Accounts(tmp_path) as accounts:
        accounts.file.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray((tmp_path / FILE).read_bytes())
        root = accounts.file.rows("SELECT rootpage FROM sqlite_master WHERE name = 'audit'")[0][0]
        content[(root - 1) * 4096 : (root - 1) * 4096 + 100] = b"\xff" * 100
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(StoreUnavailable):
            accounts.audit.verify()


@given(st.lists(TEXT, min_size=2, max_size=4), st.lists(TEXT, min_size=2, max_size=4))
def test_cells_that_differ_have_hashes_that_differ(one: list[str], other: list[str]) -> None:
    """Also where their letters are the same, and only the places between them are not."""
    hashes = [hash_of(chain.START.encode(), [text.encode() for text in cells]) for cells in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)
