"""Who may use which route, as a table made from the router: docs/console-access.md shows it, a test asks each cell.

A route says its rule by `Access.reading`, `Access.acting` or a gate made of them. One that says none must stand in
OPEN, with the reason why nobody is asked there who he is.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from starlette.routing import BaseRoute, Mount, Route

from dashboards.console.access import Role, Rule, rule_of

SUPERVISION, FILES, LEADS = "supervision", "fichiers du programme · files of the program", "renvoi · leads elsewhere"
SIGNING_IN, NOTICE, SHARE = (
    "connexion · sign-in",
    "lien signé d'un avis · signed link",
    "lien de partage · share's link",
)
OPEN: Mapping[str, str] = {
    "GET /livez": SUPERVISION,
    "GET /readyz": SUPERVISION,
    "GET /metrics": SUPERVISION,
    "GET /static/{name:path}": FILES,
    "GET /acknowledge.css": FILES,
    "GET /sign-in": SIGNING_IN,
    "POST /sign-in": SIGNING_IN,
    "GET /ack/{token}": NOTICE,
    "POST /ack/{token}": NOTICE,
    "GET /share/{token}": SHARE,
    "GET /share/{token}/values.csv": SHARE,
    "GET /share/{token}/history.csv": SHARE,
    "GET /share/{token}/report": SHARE,
    "GET /alerts/acknowledge": LEADS,
    "GET /alerts/mutes/end": LEADS,
    "GET /alerts/{number:int}/{_deed}": LEADS,
    "GET /quarantine/replay": LEADS,
    "GET /quarantine/purge": LEADS,
    "GET /quarantine/{number:int}/replay": LEADS,
}
API = "/api/"
IN, SIGN_IN, TOLD, ROLE = "✓", "303", "401", "403"
"""Let in, whatever it answers then; led to the sign-in page; told to say who he is; his role is too low."""
PART = "✓ portée · scope"
"""Let in, and shown the devices of his scope."""
VISITORS = ("nobody", "anybody", "viewer", "technician", "admin", "token", "scoped token")
"""`nobody`: not signed in, where reading takes signing in; `anybody`: the same, where reading is open."""
HEADINGS = (
    "Route",
    "Méthode · Method",
    "personne · nobody",
    "lecture ouverte · reading open",
    "`viewer`",
    "`technician`",
    "`admin`",
    "jeton · token",
    "jeton à portée · scoped token",
    "Sans compte · Without an account",
)


class Row(NamedTuple):
    path: str
    method: str
    rule: Rule | None
    """None: open."""

    def answer(self, visitor: str) -> str:
        """To one of VISITORS."""
        if self.rule is None:
            return IN
        if self.path.startswith(API) and visitor in ("token", "scoped token"):
            return PART if visitor == "scoped token" else IN
        if visitor in (role.word for role in Role):
            return IN if Role[visitor.upper()] >= (self.rule.role or Role.VIEWER) else ROLE
        if visitor == "anybody" and self.rule == Rule():
            return IN
        return TOLD if self.path.startswith(API) else SIGN_IN


class NoRuleError(Exception):
    """A route of which nobody has said who may use it."""


def rows(routes: Iterable[BaseRoute]) -> list[Row]:
    """By path and method. Raises NoRuleError."""
    return sorted((row for route in routes for row in _rows(route, "")), key=lambda row: (row.path, row.method))


def markdown(table: Iterable[Row]) -> str:
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
    for row in table:
        answers = [row.answer(visitor) for visitor in VISITORS]
        lines.append(_line([f"`{row.path}`", row.method, *answers, OPEN.get(f"{row.method} {row.path}", "")]))
    return "\n".join(lines) + "\n"


def _rows(route: BaseRoute, before: str) -> Iterator[Row]:
    if isinstance(route, Mount):
        for inner in route.routes:
            yield from _rows(inner, before + route.path)
        return
    if not isinstance(route, Route):
        raise NoRuleError(f"{route!r}: no route of ours is of this kind")
    path, rule = before + route.path, rule_of(route.endpoint)
    for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
        if (rule is None) != (f"{method} {path}" in OPEN):
            remedy = "access.reading or access.acting around its handler, or else its reason in OPEN"
            raise NoRuleError(f"{method} {path}: {remedy}")
        yield Row(path, method, rule)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
