"""`vigiterre users`, `tokens` and `audit` as their user sees them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dashboards.console.access import Role, Scope, User
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.file import FILE
from dashboards.console.accounts.passwords import Passwords
from dashboards.console.accounts.sessions import name_of
from vigiterre.__main__ import app
from vigiterre.moment import now_ms

CONFIG = Path(__file__).parents[2] / "config"
PASSWORD = "trois mots sans rapport"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LANGUAGE", "CONFIG", "STORE__URL", "MQTT__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def run(*arguments: object, typed: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["--config", str(CONFIG), *map(str, arguments)], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def listed(what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(what, "list", "--json").stdout)
    return found


def test_a_user_is_added_with_a_password_typed_twice(data: Path) -> None:
    result = run("users", "add", "anne", "--role", "technician", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert result.stderr.endswith("anne peut se connecter (technician).\n")
    assert PASSWORD not in result.output
    [row] = listed("users")
    assert (row["name"], row["role"], row["signed_in"]) == ("anne", "technician", None)
    with Accounts(data) as accounts:
        account = accounts.users.find("anne")
        assert account
        assert Passwords().fits(PASSWORD, account.hash)


def test_two_passwords_that_differ_add_nobody() -> None:
    result = run("users", "add", "anne", typed=f"{PASSWORD}\n{PASSWORD}s\n")
    assert result.exit_code == 1
    assert "diffèrent" in result.stderr
    assert listed("users") == []


def test_a_password_comes_from_a_file_without_its_last_line_end(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{PASSWORD}\n")
    assert run("users", "add", "anne", "--password-file", file).exit_code == 0
    with Accounts(data) as accounts:
        account = accounts.users.find("anne")
        assert account
        assert Passwords().fits(PASSWORD, account.hash)
    file.write_bytes(b"\xff" * 20)
    assert "UTF-8" in run("users", "password", "anne", "--password-file", file).stderr
    assert run("users", "password", "anne", "--password-file", tmp_path / "none").exit_code == 1


def test_a_short_password_is_refused_with_the_reason() -> None:
    result = run("users", "add", "anne", typed="short\nshort\n")
    assert result.exit_code == 1
    assert "12 au moins" in result.stderr
    assert listed("users") == []


def test_no_command_takes_a_password_as_an_argument() -> None:
    assert run("users", "add", "anne", "--password", PASSWORD).exit_code == 2
    assert run("users", "password", "anne", PASSWORD).exit_code == 2


def test_changing_a_role_or_a_password_and_removing_end_the_sessions(data: Path) -> None:
    run("users", "add", "anne", typed=f"{PASSWORD}\n{PASSWORD}\n")
    for command, typed in (
        (("role", "anne", "admin"), None),
        (("password", "anne"), f"{PASSWORD}!\n{PASSWORD}!\n"),
        (("remove", "anne"), None),
    ):
        with Accounts(data) as accounts:
            account = accounts.users.find("anne")
            assert account
            session = accounts.sessions.begin(account, now_ms())
            assert session
            result = run("users", *command, typed=typed)
            assert result.exit_code == 0, result.output
            assert accounts.sessions.user(session, now_ms()) is None
    assert "Aucun utilisateur" in run("users", "list").stderr


@pytest.mark.parametrize("command", [["remove"], ["role", "admin"], ["password"]])
def test_an_unknown_name_is_said(command: list[str]) -> None:
    result = run("users", command[0], "nobody", *command[1:], typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 1
    assert "aucun utilisateur de ce nom" in result.stderr


def test_a_token_is_the_only_output_and_shown_once(data: Path) -> None:
    result = run("tokens", "add", "tableur", "--days", 30)
    token = result.stdout.strip()
    with Accounts(data) as accounts:
        assert accounts.tokens.user(token, now_ms()) == User("tableur", Role.VIEWER)
        assert accounts.tokens.user(token, now_ms() + 31 * 86_400_000) is None
        assert token not in run("tokens", "list").output
        assert run("tokens", "add", "tableur").exit_code == 1
        assert run("tokens", "revoke", "tableur").exit_code == 0
        assert accounts.tokens.user(token, now_ms()) is None
    assert run("tokens", "revoke", "tableur").exit_code == 1


def test_every_change_is_in_the_log_and_no_secret_is() -> None:
    run("users", "add", "anne", typed=f"{PASSWORD}\n{PASSWORD}\n")
    run("users", "role", "anne", "admin")
    token = run("tokens", "add", "tableur").stdout.strip()
    rows = listed("audit")
    assert [(row["action"], row["target"]) for row in rows] == [
        ("tokens add", "tableur role=viewer"),
        ("users role", "anne role=admin"),
        ("users add", "anne role=viewer"),
    ]
    assert all(row["who"] and row["address"] == "shell" and row["outcome"] == "done" for row in rows)
    assert PASSWORD not in json.dumps(rows)
    assert token not in json.dumps(rows)
    assert "users role" in run("audit", "list").stdout
    assert run("audit", "list", "--since", "2100-01-01").stdout == ""


def test_a_data_dir_that_is_not_there_is_an_error_and_is_not_made(data: Path) -> None:
    data.rmdir()
    for command in (["users", "list"], ["tokens", "add", "x"], ["audit", "list"]):
        assert run(*command).exit_code == 1
    assert not data.exists()


def begun(data: Path, name: str) -> str:
    """A session of a user, as a browser begins it -> its id."""
    with Accounts(data) as accounts:
        account = accounts.users.find(name)
        assert account
        session = accounts.sessions.begin(account, now_ms(), "192.0.2.7", "Firefox, Linux")
        assert session
        return session


def test_sessions_are_listed_and_one_or_all_of_a_user_are_ended(data: Path) -> None:
    run("users", "add", "anne", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert "Personne n'est connecté" in run("users", "sessions").stderr
    ids = [begun(data, "anne") for _ in range(3)]
    rows = json.loads(run("users", "sessions", "Anne", "--json").stdout)
    assert {row["id"] for row in rows} == {name_of(one) for one in ids}
    assert {(row["user"], row["address"], row["browser"]) for row in rows} == {("anne", "192.0.2.7", "Firefox, Linux")}
    assert not any(one in run("users", "sessions").stdout for one in ids)
    assert (
        "finies, aussitôt\N{NO-BREAK SPACE}: 1." in run("users", "revoke", "anne", "--session", name_of(ids[0])).stderr
    )
    with Accounts(data) as accounts:
        assert [accounts.sessions.alive(one, now_ms()) for one in ids] == [False, True, True]
        assert "finies, aussitôt\N{NO-BREAK SPACE}: 2." in run("users", "revoke", "ANNE").stderr
        assert not any(accounts.sessions.alive(one, now_ms()) for one in ids)
    targets = [row["target"] for row in listed("audit") if row["action"] == "users revoke"]
    assert targets == ["anne count=2", f"anne {name_of(ids[0])}"]


def test_sessions_of_nobody_and_a_session_that_is_none_are_said(data: Path) -> None:
    run("users", "add", "anne", typed=f"{PASSWORD}\n{PASSWORD}\n")
    for command in (["sessions", "nobody"], ["revoke", "nobody"]):
        assert run("users", *command).exit_code == 1
    result = run("users", "revoke", "anne", "--session", name_of(begun(data, "anne"))[:4])
    assert result.exit_code == 1
    assert "aucune session en cours de ce nom" in result.stderr


def test_a_token_has_a_scope_which_is_told_listed_and_noted(data: Path) -> None:
    result = run("tokens", "add", "sig", "--domain", "road", "--commune", "03254", "--days", 30)
    assert result.exit_code == 0
    assert "Il ne montre que domain=road commune=03254, soit" in result.stderr
    [row] = listed("tokens")
    assert row["scope"] == "domain=road commune=03254"
    assert listed("audit")[0]["target"] == "sig role=viewer domain=road commune=03254"
    with Accounts(data) as accounts:
        user = accounts.tokens.user(result.stdout.strip(), now_ms())
        assert user
        assert user.scope == Scope(frozenset({"road"}), frozenset({"03254"}))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--domain", "raod"], "aucun capteur du domaine «\N{NO-BREAK SPACE}raod"),
        (["--commune", "03999"], "aucun capteur dans la commune"),
        (["--owner", "departement-30"], "departement-03"),
        (["--domain", "road", "--commune", "99999"], "99999"),
    ],
)
def test_a_scope_that_names_what_there_is_not_is_refused_with_what_is_near(options: list[str], words: str) -> None:
    result = run("tokens", "add", "sig", *options)
    assert result.exit_code == 1
    assert words in result.stderr
    assert "connu" in result.stderr
    assert listed("tokens") == []


def test_a_scope_without_a_device_is_refused() -> None:
    result = run("tokens", "add", "sig", "--domain", "building", "--commune", "03200")
    assert result.exit_code == 1
    assert "ne montrerait rien" in result.stderr
    assert listed("tokens") == []


def test_the_log_is_verified_and_its_head_noted(data: Path) -> None:
    for name in ("one", "two", "three"):
        run("tokens", "add", name)
    head = run("audit", "head").stdout.strip()
    assert head.startswith("3:")
    whole = run("audit", "verify", "--head", head)
    assert whole.exit_code == 0
    assert f"3 lignes se suivent, jusqu'à {head}" in whole.stderr
    assert "ligne 3, y est" in whole.stderr
    tampered(data, "DELETE FROM audit WHERE id = 3")
    assert run("audit", "verify").exit_code == 0
    cut = run("audit", "verify", "--head", head)
    assert cut.exit_code == 1
    assert "sa fin a été retirée" in cut.stderr


@pytest.mark.parametrize(("language", "words"), [("fr", "La ligne 2 n'est plus"), ("en", "Line 2 is not what it was")])
def test_the_line_where_the_log_breaks_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    for name in ("one", "two", "three"):
        run("tokens", "add", name)
    tampered(data, "UPDATE audit SET target = 'twi role=viewer' WHERE id = 2")
    monkeypatch.setenv("VIGITERRE_LANGUAGE", language)
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert words in result.stderr


@pytest.mark.parametrize(
    "head", ["", "3", "3:x", f"-1:{'0' * 64}", f"3:{'A' * 64}", f"\N{ARABIC-INDIC DIGIT THREE}:{'0' * 64}"]
)
def test_what_is_no_head_is_refused(head: str) -> None:
    result = run("audit", "verify", "--head", head)
    assert result.exit_code == 2
    assert "vigiterre audit head" in result.stderr


def tampered(data: Path, statement: str) -> None:
    """As somebody does who owns the file."""
    with closing(sqlite3.connect(data / FILE)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute(statement)
        file.commit()
