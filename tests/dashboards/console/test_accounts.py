"""The file of accounts, beside others that write it, and the laws of what is believed."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signing_in import NOON, PASSWORD, QUICK, accounts_of

from dashboards.console.access import Role
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.attempts import FREE_FOR_ADDRESS, FREE_FOR_NAME, REMEMBERED, Attempts
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.file import FILE
from dashboards.console.accounts.passwords import check_password
from dashboards.console.accounts.trust import bare, own_path
from devices.errors import StoreUnavailable

DAY = 86_400_000


def test_the_file_is_its_owners_alone_and_holds_no_secret(tmp_path: Path) -> None:
    with accounts_of(tmp_path) as accounts:
        account = accounts.users.find("anne")
        assert account
        session = accounts.sessions.begin(account, NOON)
        assert session
        token = accounts.tokens.add("tableur", Role.VIEWER, NOON + DAY, NOON)
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in (session, token, PASSWORD)), path


def test_what_a_command_changes_a_running_process_sees_at_once(tmp_path: Path) -> None:
    with accounts_of(tmp_path) as running, Accounts(tmp_path) as command:
        account = running.users.find("anne")
        assert account
        session = running.sessions.begin(account, NOON)
        assert session
        assert running.sessions.user(session, NOON)
        command.users.remove("anne")
        assert running.sessions.user(session, NOON) is None


def test_two_processes_write_at_the_same_time_and_nothing_is_lost(tmp_path: Path) -> None:
    with accounts_of(tmp_path) as one, Accounts(tmp_path) as other, ThreadPoolExecutor(8) as pool:
        both = [one, other] * 50
        list(pool.map(lambda accounts: accounts.audit.note(NOON, "anne", "", "/act"), both))
        assert len(one.audit.lines()) == 100


def test_a_user_is_added_once_however_many_try(tmp_path: Path) -> None:
    def add(accounts: Accounts) -> bool:
        try:
            accounts.users.add("Paul", Role.VIEWER, "hash", NOON)
        except AccountRefused:
            return False
        return True

    with Accounts(tmp_path) as one, Accounts(tmp_path) as other, ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, [one, other] * 10)) == 1


def test_no_session_begins_by_a_password_that_was_changed_meanwhile(tmp_path: Path) -> None:
    with accounts_of(tmp_path) as accounts:
        account = accounts.users.find("anne")
        assert account
        accounts.users.set_password("anne", QUICK.hash("another one altogether"))
        assert accounts.sessions.begin(account, NOON) is None


def test_housekeeping_forgets_what_is_over(tmp_path: Path) -> None:
    with accounts_of(tmp_path) as accounts:
        account = accounts.users.find("anne")
        assert account
        accounts.sessions.begin(account, NOON)
        accounts.audit.note(NOON, "anne", "", "/old")
        accounts.audit.note(NOON + 40 * DAY, "anne", "", "/new")
        accounts.expire(NOON + 40 * DAY, 30 * DAY)
        assert [one.action for one in accounts.audit.lines()] == ["/new"]
        assert accounts.file.rows("SELECT count(*) FROM sessions") == [(0,)]


def test_the_use_of_a_token_is_known_to_the_hour(tmp_path: Path) -> None:
    with Accounts(tmp_path) as accounts:
        token = accounts.tokens.add("tableur", Role.VIEWER, NOON + DAY, NOON)
        accounts.tokens.user(token, NOON + 5_000_000)
        [known] = accounts.tokens.all()
        assert known.used == (NOON + 5_000_000) // 3_600_000 * 3_600_000


@pytest.mark.parametrize(
    "name", ["", " ", "a\nb", "<b>", "x" * 65, ".hidden", "csv;name", "\N{RIGHT-TO-LEFT OVERRIDE}a"]
)
def test_a_name_is_one_that_can_be_told_and_written(tmp_path: Path, name: str) -> None:
    with Accounts(tmp_path) as accounts, pytest.raises(AccountRefused):
        accounts.users.add(name, Role.VIEWER, "hash", NOON)


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "password_short"), ("a" * 300, "password_long"), ("aaaabbbbcccc", "password_simple"),
     ("ANNE-moulins-2026", "password_simple")],
)  # fmt: skip
def test_a_password_that_would_be_guessed_is_refused_with_the_reason(password: str, code: str) -> None:
    with pytest.raises(AccountRefused) as caught:
        check_password(password, "anne")
    assert caught.value.code == code
    check_password(PASSWORD, "anne")


def test_a_file_of_another_program_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no such thing" * 100)
    with pytest.raises(StoreUnavailable):
        Accounts(tmp_path)


def test_who_signed_in_from_an_address_is_not_kept_out_there_by_what_others_try() -> None:
    attempts = Attempts()
    assert attempts.begin("anne", "192.0.2.1", NOON) == 0
    attempts.succeeded("anne", "192.0.2.1", NOON)
    for number in range(FREE_FOR_NAME):
        assert attempts.begin("anne", f"203.0.113.{number}", NOON) == 0
    assert attempts.begin("anne", "203.0.113.99", NOON) > 0
    assert attempts.begin("anne", "192.0.2.1", NOON) == 0


def test_one_account_does_not_excuse_guesses_at_others() -> None:
    attempts = Attempts()
    for number in range(FREE_FOR_ADDRESS):
        assert attempts.begin(f"name{number}", "192.0.2.1", NOON) == 0
        if number % 2 and attempts.begin("own", "192.0.2.1", NOON) == 0:
            attempts.succeeded("own", "192.0.2.1", NOON)
    assert attempts.begin("another", "192.0.2.1", NOON) > 0
    assert attempts.begin("another", "192.0.2.2", NOON) == 0


def test_an_ipv6_customer_is_one_address() -> None:
    attempts = Attempts()
    for number in range(FREE_FOR_ADDRESS):
        assert attempts.begin(f"name{number}", f"2001:db8::{number:x}", NOON) == 0
    assert attempts.begin("another", "2001:db8::ffff", NOON) > 0
    assert attempts.begin("another", "2001:db8:0:1::1", NOON) == 0


def test_tries_at_the_same_time_count_as_many() -> None:
    attempts = Attempts()
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: attempts.begin("anne", "192.0.2.1", NOON), range(50)))
    assert waits.count(0) == FREE_FOR_NAME


def test_what_is_remembered_of_guesses_is_bounded() -> None:
    attempts = Attempts()
    for number in range(REMEMBERED + 500):
        attempts.begin(f"name{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", NOON)
    assert len(attempts._counts) <= REMEMBERED


@given(st.text(st.sampled_from("/\\:?#@.ab\t\r\n é%")))
def test_where_one_goes_on_is_always_a_path_of_ours(text: str) -> None:
    path = own_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isprintable()


@given(st.text())
def test_a_host_is_bare_or_nothing(text: str) -> None:
    assert not set(bare(text)) & set("/?#@")
