"""Options that several commands share are declared once, and stand in each one's signature as if written there."""

import inspect
from collections.abc import Callable
from functools import wraps

Command = Callable[..., None]


def gathered(parameter: str, declared: Callable[..., object]) -> Callable[[Command], Command]:
    """The parameters of `declared` in place of a command's `parameter`, which is given what `declared` makes of them.

    Typer asks for a command's signature and annotations: those that are set here.
    """
    options = inspect.signature(declared).parameters

    def decorated(command: Command) -> Command:
        own = inspect.signature(command).parameters
        spread = [one for name in own for one in (options.values() if name == parameter else [own[name]])]

        @wraps(command)
        def called(**given: object) -> None:
            made = declared(**{name: given.pop(name) for name in options})
            command(**given, **{parameter: made})

        called.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined]
        called.__annotations__ = {one.name: one.annotation for one in spread}
        return called

    return decorated
