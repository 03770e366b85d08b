"""`vigiterre tokens`: add, list, revoke, for programs that read the API."""

import sys
from typing import Annotated, Any

import typer

from dashboards.console.access import Scope
from dashboards.console.accounts.tokens import Token
from dashboards.console.accounts.users import role_of
from dashboards.console.api.within import held, unknown
from devices.errors import VigiterreError
from devices.load import load_registry
from devices.problems import near
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.users import NameArgument, RoleOption, note, opened, show
from vigiterre.moment import DAY_MS, now_ms
from vigiterre.shell import Shell, shown_time
from vigiterre.texts import said

app = typer.Typer(help="Jetons de l'API, pour des programmes · API tokens, for programs", no_args_is_help=True)

DaysOption = Annotated[int, typer.Option(min=1, max=3_650, help="durée en jours · lifetime in days")]
DomainOption = Annotated[
    list[str] | None, typer.Option(help="seulement ce domaine, répétable · only this domain, repeatable")
]
CommuneOption = Annotated[
    list[str] | None,
    typer.Option(help="seulement cette commune (code INSEE), répétable · only this commune, repeatable"),
]
OwnerOption = Annotated[
    list[str] | None, typer.Option(help="seulement ce propriétaire, répétable · only this owner, repeatable")
]


@app.command()
def add(
    context: typer.Context,
    name: NameArgument,
    role: RoleOption = "viewer",
    domain: DomainOption = None,
    commune: CommuneOption = None,
    owner: OwnerOption = None,
    days: DaysOption = 365,
) -> None:
    """Fait un jeton et le montre, une fois · Makes a token and shows it, once."""
    shell: Shell = context.obj
    now = now_ms()
    expires = now + days * DAY_MS
    scope = Scope(*(frozenset(named or ()) for named in (domain, commune, owner)))
    reach = reach_of(shell, scope)
    with opened(shell) as accounts:
        token = accounts.tokens.add(name, role_of(role), expires, now, scope)
        note(accounts, "tokens add", f"{name} role={role} {scope}")
    shell.tell("token_added", name=name, role=role, expires=shown_time(expires), reach=reach)
    sys.stdout.write(f"{token}\n")


def reach_of(shell: Shell, scope: Scope) -> str:
    """How many devices it shows, in words; "" for all. Refuses names no device has, and a scope without devices."""
    if not any(scope):
        return ""
    with shell.failing():
        registry = load_registry(shell.folder)
        for kind, name, known in unknown(scope, registry):
            raise VigiterreError(said(f"scope_{kind}", name=name, known=near(name, known)))
        count = held(scope, registry)
        if not count:
            raise VigiterreError(said("scope_empty", scope=str(scope)))
    return shell.say("scope_reach", scope=str(scope), count=count)


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
        "scope": str(one.scope),
    }
