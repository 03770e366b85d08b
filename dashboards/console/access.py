"""Who may see and do what."""

from collections.abc import Awaitable, Callable, Mapping
from enum import IntEnum
from typing import NamedTuple, Protocol

from starlette.requests import Request
from starlette.responses import Response


class Role(IntEnum):
    """Each may what those before it may."""

    VIEWER = 1
    TECHNICIAN = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """`viewer`, `technician`, `admin`: as it stands in commands, in the database and in JSON."""
        return self.name.lower()


class Scope(NamedTuple):
    """Of which devices somebody is shown anything. Of each kind, none named is all of them."""

    domains: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    """INSEE codes."""
    owners: frozenset[str] = frozenset()

    def holds(self, domain: str, commune: str, owner: str) -> bool:
        named = zip(self, (domain, commune, owner), strict=True)
        return all(not known or value in known for known, value in named)

    def __str__(self) -> str:
        """`domain=road commune=03190,03185`, as the audit log tells it; "" for everything."""
        kinds = zip(("domain", "commune", "owner"), self, strict=True)
        return " ".join(f"{kind}={','.join(sorted(known))}" for kind, known in kinds if known)


EVERYTHING = Scope()


class User(NamedTuple):
    name: str
    role: Role
    scope: Scope = EVERYTHING
    """Narrower for some tokens alone: people see the whole territory."""


class Rule(NamedTuple):
    """Who may use a route, as it is written into the table of docs/console-access.md."""

    role: Role | None = None
    """The least that it takes; None is whoever may read."""
    acts: bool = False
    """It is a form."""


Handler = Callable[[Request], Awaitable[Response]]
Form = Mapping[str, str]
Action = Callable[[Request, User, Form], Awaitable[Response]]
"""What a form does: it is called with a user whose role suffices, and the fields of a form whose token is right."""
RULE = "access_rule"
"""Attribute of a handler that keeps its rule."""


def ruled(handler: Handler, rule: Rule | None) -> Handler:
    """The same handler, which says now who may use it."""
    setattr(handler, RULE, rule)
    return handler


def rule_of(handler: Callable[..., object]) -> Rule | None:
    """None where nobody is asked who he is."""
    found: Rule | None = getattr(handler, RULE, None)
    return found


class Access(Protocol):
    """What pages ask. `SignedIn` (accounts) is what runs; tests may use `Open`."""

    def user(self, request: Request) -> User | None:
        """Who is signed in."""

    def token(self, request: Request) -> str:
        """The CSRF token of this session, for the hidden field `csrf`; "" where nobody is signed in."""

    async def still(self, request: Request) -> bool:
        """Whether who sent it may go on reading its answer, where that goes on for minutes."""

    def reading(self, handler: Handler) -> Handler:
        """The same for who may read: else it leads to the sign-in page (or answers 401 as problem+json to the API)."""

    def acting(self, role: Role, action: Action) -> Handler:
        """A POST that needs a role and a right token: else sign-in (303), 403 said in words, or 413, 415."""
