"""The command line. Help is in French and in English; messages follow `language` (VIGITERRE_LANGUAGE)."""

from pathlib import Path
from typing import Annotated

import typer

from vigiterre.shell import Shell, language
from vigiterre.usage import Commands

app = typer.Typer(
    name="vigiterre",
    cls=Commands,
    help="Vigiterre : veille sur les capteurs d'un département · watches over the sensors of a French département",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def shell(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option(envvar="VIGITERRE_CONFIG", help="dossier de configuration · configuration folder")
    ] = Path("config"),
) -> None:
    context.obj = Shell(config, language())


def main() -> None:
    app()


if __name__ == "__main__":
    main()
