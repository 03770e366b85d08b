"""`vigiterre users`: who may sign in, and who is. A running process sees what is changed at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.audit import SHELL
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.passwords import Passwords, check_password
from dashboards.console.accounts.sessions import ENDED, Session
from dashboards.console.accounts.users import PASSWORD_CHANGED, Account, checked_name, role_of
from devices.errors import VigiterreError
from vigiterre.commands.alerts_acting import myself
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.moment import now_ms
from vigiterre.shell import Shell, print_json, print_table, shown_time
from vigiterre.texts import said

app = typer.Typer(help="Qui peut se connecter aux pages · Who can sign in to the pages", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
RoleWord = Literal["viewer", "technician", "admin"]
RoleOption = Annotated[RoleWord, typer.Option(help="rôle · role")]
PasswordFileOption = Annotated[
    Path | None, typer.Option(help="mot de passe ; sinon il est demandé · password; else it is asked for")
]


@app.command()
def add(
    context: typer.Context,
    name: NameArgument,
    role: RoleOption = "viewer",
    password_file: PasswordFileOption = None,
) -> None:
    """Ajoute un utilisateur · Adds a user."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        name = checked_name(name)
        known = asked_password(shell, name, password_file)
        accounts.users.add(name, role_of(role), Passwords().hash(known), now_ms())
        note(accounts, "users add", f"{name} role={role}")
    shell.tell("user_added", name=name, role=role)


@app.command("list")
def list_users(context: typer.Context, as_json: JsonOption = False) -> None:
    """Liste les utilisateurs · Lists the users."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        rows = [described(one) for one in accounts.users.all()]
    show(shell, rows, as_json=as_json, nothing="no_user")


@app.command()
def remove(context: typer.Context, name: NameArgument) -> None:
    """Supprime un utilisateur et finit ses sessions · Removes a user and ends the sessions."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        accounts.users.remove(name)
        note(accounts, "users remove", name)
    shell.tell("user_removed", name=name)


@app.command()
def password(context: typer.Context, name: NameArgument, password_file: PasswordFileOption = None) -> None:
    """Remplace un mot de passe et finit les sessions · Replaces a password and ends the sessions."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        known = asked_password(shell, name, password_file)
        accounts.users.set_password(name, Passwords().hash(known))
        note(accounts, PASSWORD_CHANGED, name)
    shell.tell("user_password_set", name=name)


@app.command()
def role(
    context: typer.Context,
    name: NameArgument,
    to: Annotated[RoleWord, typer.Argument(metavar="ROLE")],
) -> None:
    """Change un rôle et finit les sessions · Changes a role and ends the sessions."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        accounts.users.set_role(name, role_of(to))
        note(accounts, "users role", f"{name} role={to}")
    shell.tell("user_role_set", name=name, role=to)


@app.command()
def sessions(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME")] = None,
    as_json: JsonOption = False,
) -> None:
    """Liste les sessions en cours, d'une personne ou de toutes · Lists the running sessions, of one person or all."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        rows = [described_session(one) for one in accounts.sessions.living(now_ms(), _known(accounts, name))]
    show(shell, rows, as_json=as_json, nothing="no_session")


@app.command()
def revoke(
    context: typer.Context,
    name: NameArgument,
    session: Annotated[
        str | None, typer.Option(help="seulement celle-ci ; sinon toutes · only this one; else all")
    ] = None,
) -> None:
    """Finit des sessions, aussitôt · Ends sessions, at once."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        name = _known(accounts, name)
        if session is not None:
            accounts.sessions.revoke(session, name)
        count = accounts.sessions.revoke_all(name) if session is None else 1
        note(accounts, ENDED, f"{name} {session or f'count={count}'}")
    shell.tell("sessions_ended", name=name, count=count)


def _known(accounts: Accounts, name: str | None) -> str:
    """The name as it is kept; "" for none. Raises AccountRefused."""
    if name is None:
        return ""
    account = accounts.users.find(name)
    if account is None:
        raise AccountRefused("no_such_user", name=name)
    return account.name


@contextmanager
def opened(shell: Shell) -> Iterator[Accounts]:
    with shell.failing(), Accounts(shell.data_dir(), shell.settings().console.session_hours) as accounts:
        yield accounts


def note(accounts: Accounts, action: str, target: str) -> None:
    accounts.audit.note(now_ms(), myself(), SHELL, action, target)


def asked_password(shell: Shell, name: str, file: Path | None) -> str:
    """From the file, without its last line end, or typed twice. Raises VigiterreError for one that is too weak."""
    found = typed(shell) if file is None else written(file)
    check_password(found, name)
    return found


def typed(shell: Shell) -> str:
    once, again = (
        typer.prompt(shell.say(key), hide_input=True, err=True) for key in ("ask_password", "ask_password_again")
    )
    if once != again:
        raise VigiterreError(said("passwords_differ"))
    return str(once)


def written(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise VigiterreError(said("password_unreadable", path=file)) from error


def described(one: Account) -> dict[str, Any]:
    """What `list --json` gives."""
    return {
        "name": one.name,
        "role": one.role.word,
        "created": shown_time(one.created),
        "signed_in": shown_time(one.signed_in) if one.signed_in is not None else None,
    }


def described_session(one: Session) -> dict[str, Any]:
    """What `sessions --json` gives."""
    times = {"since": shown_time(one.since), "last_used": shown_time(one.seen)}
    return {"id": one.id, "user": one.user, **times, "address": one.address, "browser": one.browser}


def show(shell: Shell, rows: list[dict[str, Any]], *, as_json: bool, nothing: str) -> None:
    """A JSON array, a table, or that there is nothing."""
    if as_json:
        print_json(rows)
    elif rows:
        headings = [shell.say(f"column_{name}") for name in rows[0]]
        print_table(headings, (["" if cell is None else cell for cell in row.values()] for row in rows))
    else:
        shell.tell(nothing)
