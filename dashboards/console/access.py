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


class User(NamedTuple):
    name: str
    role: Role


Handler = Callable[[Request], Awaitable[Response]]
Form = Mapping[str, str]
Action = Callable[[Request, User, Form], Awaitable[Response]]
"""What a form does: it is called with a user whose role suffices, and the fields of a form whose token is right."""


class Access(Protocol):
    """What pages ask. `SignedIn` (accounts) is what runs; tests may use `Open`."""

    def user(self, request: Request) -> User | None:
        """Who is signed in."""

    def token(self, request: Request) -> str:
        """The CSRF token of this session, for the hidden field `csrf`; "" where nobody is signed in."""

    def reading(self, handler: Handler) -> Handler:
        """The same for who may read: else it leads to the sign-in page (or answers 401 as problem+json to the API)."""

    def acting(self, role: Role, action: Action) -> Handler:
        """A POST that needs a role and a right token: else sign-in (303), 403 said in words, or 413, 415."""
