"""`vigiterre tokens`: add, list, revoke, for programs that read the API."""

import sys
from typing import Annotated, Any

import typer

from dashboards.console.accounts.tokens import Token
from dashboards.console.accounts.users import role_of
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.users import NameArgument, RoleOption, note, opened, show
from vigiterre.service import DAY_MS, now_ms
from vigiterre.shell import Shell, shown_time

app = typer.Typer(help="Jetons de l'API, pour des programmes · API tokens, for programs", no_args_is_help=True)

DaysOption = Annotated[int, typer.Option(min=1, max=3_650, help="durée en jours · lifetime in days")]


@app.command()
def add(context: typer.Context, name: NameArgument, role: RoleOption = "viewer", days: DaysOption = 365) -> None:
    """Fait un jeton et le montre, une fois · Makes a token and shows it, once."""
    shell: Shell = context.obj
    now = now_ms()
    expires = now + days * DAY_MS
    with opened(shell) as accounts:
        token = accounts.tokens.add(name, role_of(role), expires, now)
        note(accounts, "tokens add", f"{name} role={role}")
    shell.tell("token_added", name=name, role=role, expires=shown_time(expires))
    sys.stdout.write(f"{token}\n")


@app.command("list")
def list_tokens(context: typer.Context, as_json: JsonOption = False) -> None:
    """Liste les jetons, sans leur secret · Lists the tokens, without their secret."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        rows = [described(one) for one in accounts.tokens.all()]
    show(shell, rows, as_json=as_json, nothing="no_token")


@app.command()
def revoke(context: typer.Context, name: NameArgument) -> None:
    """Révoque un jeton, aussitôt · Revokes a token, at once."""
    shell: Shell = context.obj
    with opened(shell) as accounts:
        accounts.tokens.revoke(name)
        note(accounts, "tokens revoke", name)
    shell.tell("token_revoked", name=name)


def described(one: Token) -> dict[str, Any]:
    """What `list --json` gives."""
    return {
        "name": one.name,
        "role": one.role.word,
        "created": shown_time(one.created),
        "expires": shown_time(one.expires),
        "used": shown_time(one.used) if one.used is not None else None,
    }
