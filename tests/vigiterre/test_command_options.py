"""Options declared once stand in a command as if they were written there."""

import inspect
from typing import Annotated, Any, NamedTuple

import typer
from typer.testing import CliRunner

from vigiterre.commands.options import gathered


class Place(NamedTuple):
    site: Annotated[str | None, typer.Option(help="where it is")] = None
    commune: Annotated[str | None, typer.Option("--insee", help="its code")] = None


ANYWHERE = Place()


def called(*arguments: str) -> tuple[list[dict[str, Any]], str]:
    """What the command was given, each time, and what was printed."""
    app, given = typer.Typer(), list[dict[str, Any]]()

    @app.command()
    @gathered("place", Place)
    def move(first: bool = False, place: Place = ANYWHERE, last: Annotated[int, typer.Option()] = 1) -> None:
        """Moves it."""
        given.append({"first": first, "place": place, "last": last})

    return given, CliRunner().invoke(app, arguments, catch_exceptions=False).output


def test_what_is_declared_arrives_as_one_value_beside_the_commands_own() -> None:
    assert called("--site", "x", "--insee", "03190", "--last", "3")[0] == [
        {"first": False, "place": Place("x", "03190"), "last": 3}
    ]
    assert called("--first")[0] == [{"first": True, "place": Place(), "last": 1}]


def test_help_shows_them_where_the_parameter_stands_and_the_commands_own_words() -> None:
    shown = called("--help")[1]
    places = [shown.index(words) for words in ("Moves it.", "--first", "--site", "where it is", "--insee", "--last")]
    assert places == sorted(places)
    assert "--place" not in shown


def test_a_function_may_make_the_value_of_them() -> None:
    def both(one: int = 1, two: int = 2) -> int:
        return one + two

    @gathered("total", both)
    def command(total: int) -> None:
        sums.append(total)

    sums: list[int] = []
    command(one=5, two=6)
    assert sums == [11]
    assert list(inspect.signature(command).parameters) == ["one", "two"]
