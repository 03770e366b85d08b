"""Links that acknowledge: once, in time, and only ours."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telling import NOW

from alerts import links
from alerts.links import LIFE_MS, BadLink, Links, read_key
from stores.sqlite_file import connect

KEY = b"k" * 32


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Links]:
    connection = connect(tmp_path / "alerts.sqlite")
    connection.executescript(links.SCHEMA)
    yield Links(connection, threading.RLock(), KEY)
    connection.close()


def refusal(found: Links, token: str, now: int = NOW) -> str:
    with pytest.raises(BadLink) as error:
        found.read(token, now)
    assert error.value.text("fr") != error.value.text("en")
    return error.value.code


def test_a_link_says_which_notice_and_by_which_channel_it_went(ours: Links) -> None:
    claim = ours.read(ours.make("n7", "mail-routes", NOW), NOW + 1)
    assert (claim.notice, claim.who, claim.made) == ("n7", "mail-routes", NOW)


def test_a_link_may_be_looked_at_again_and_again_and_works_once(ours: Links) -> None:
    token = ours.make("n7", "mail", NOW)
    for _ in range(3):
        ours.read(token, NOW)
    assert ours.use(token, NOW).notice == "n7"
    assert refusal(ours, token) == "used"
    with pytest.raises(BadLink):
        ours.use(token, NOW)


def test_a_link_is_used_with_the_transaction_of_the_acknowledgement_or_not_at_all(ours: Links) -> None:
    token = ours.make("n7", "mail", NOW)
    ours._db.execute("BEGIN IMMEDIATE")
    ours.use(token, NOW)
    ours._db.execute("ROLLBACK")
    ours.use(token, NOW)


def test_a_link_ends_after_three_days_and_one_from_the_future_is_none(ours: Links) -> None:
    token = ours.make("n7", "mail", NOW)
    ours.read(token, NOW + LIFE_MS - 1)
    assert refusal(ours, token, NOW + LIFE_MS) == "expired"
    assert refusal(ours, token, NOW - LIFE_MS) == "expired"


def test_a_used_link_is_remembered_for_as_long_as_it_could_be_tried(ours: Links) -> None:
    first = ours.make("n1", "mail", NOW)
    ours.use(first, NOW)
    ours.use(ours.make("n2", "mail", NOW + LIFE_MS - 1), NOW + LIFE_MS - 1)
    assert refusal(ours, first, NOW + LIFE_MS - 1) == "used"
    ours.use(ours.make("n3", "mail", NOW + 3 * LIFE_MS), NOW + 3 * LIFE_MS)
    assert ours._db.execute("SELECT count(*) FROM links").fetchone()[0] == 1


def test_two_links_for_one_notice_are_two(ours: Links) -> None:
    first, second = (ours.make("n7", "mail", NOW) for _ in range(2))
    assert first != second
    ours.use(first, NOW)
    ours.read(second, NOW)


def test_a_link_of_another_installation_is_forged(ours: Links) -> None:
    other = Links(ours._db, threading.RLock(), b"x" * 32)
    assert refusal(ours, other.make("n7", "mail", NOW)) == "forged"


@given(st.text() | st.builds(lambda cut: Links.make(_signer(), "n7", "mail", NOW)[:-cut], st.integers(1, 20)))
def test_nothing_else_passes_for_a_link(token: str) -> None:
    with pytest.raises(BadLink, match="not valid"):
        _signer().read(token, NOW)


def _signer() -> Links:
    return Links(None, threading.RLock(), KEY)  # type: ignore[arg-type]


def test_the_key_is_made_once_for_us_alone_and_mended_when_half_written(tmp_path: Path) -> None:
    key = read_key(tmp_path)
    path = tmp_path / links.KEY_FILE
    assert read_key(tmp_path) == key == path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(key[:5])
    assert len(read_key(tmp_path)) == 32
