"""`vigiterre users`, `tokens` and `audit` as their user sees them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dashboards.console.access import Role, User
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.passwords import Passwords
from vigiterre.__main__ import app
from vigiterre.service import now_ms

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
