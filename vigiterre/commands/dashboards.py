"""`vigiterre dashboards`: Grafana from code.

What these commands need is imported when they run: the SDK costs 14 MB and 0.2 s that all other commands spare.
"""

from pathlib import Path
from typing import Annotated

import typer

from devices.problems import LANGUAGES, Language
from vigiterre.commands import dashboards_check, dashboards_push
from vigiterre.shell import Shell

FOLDER = "grafana"
"""Below the configuration folder."""
Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="fr ou en ; sans elle les deux · fr or en; without it both", show_default=False),
]
Out = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="sans lui CONFIG/grafana · without it CONFIG/grafana", show_default=False),
]
app = typer.Typer(help="Grafana depuis le code · Grafana from code", no_args_is_help=True)
app.command("check")(dashboards_check.check)
app.command("push")(dashboards_push.push)
app.command("diff")(dashboards_push.diff)


@app.command()
def render(context: typer.Context, lang: Lang = None, out: Out = None) -> None:
    """Écrit tableaux de bord et provisioning · Writes dashboards and provisioning."""
    from vigiterre import grafana  # noqa: PLC0415

    shell: Shell = context.obj
    folder = out or shell.folder / FOLDER
    changed: list[Path] = []
    with shell.failing():
        for language in (lang,) if lang else LANGUAGES:
            changed += grafana.write_files(shell.folder, language, folder)
    for path in changed:
        typer.echo(path)
    shell.tell("dashboards_rendered", folder=folder, n=len(changed))


@app.command()
def preview(
    context: typer.Context,
    slug: Annotated[
        list[str] | None,
        typer.Argument(help="winter, territory, … ; sans lui tous · without it all", show_default=False),
    ] = None,
    lang: Lang = None,
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="fichier HTML · HTML file")] = Path("preview.html"),
) -> None:
    """Montre leur disposition sans Grafana, en une page HTML · Shows their layout without Grafana, as one HTML page."""
    from vigiterre import grafana  # noqa: PLC0415

    shell: Shell = context.obj
    language = lang or shell.language
    with shell.failing():
        shown, text = grafana.preview(shell.folder, language, slug or ())
        out.write_text(text)
    shell.tell("dashboards_previewed", path=out, n=shown)
