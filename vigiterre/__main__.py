"""The command line. Help is in French and in English; messages follow `language` (VIGITERRE_LANGUAGE)."""

from pathlib import Path
from typing import Annotated

import typer

from vigiterre.commands import (
    alerts,
    audit,
    backup,
    broker,
    check,
    codecs,
    dashboards,
    demo,
    devices,
    doctor,
    quarantine,
    replay,
    report,
    run,
    shares,
    simulate,
    tokens,
    users,
)
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
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("replay")(replay.replay)
app.command("simulate")(simulate.simulate)
app.command("report")(report.report)
app.add_typer(alerts.app, name="alerts")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(shares.app, name="shares")
app.add_typer(devices.app, name="devices")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(codecs.app, name="codecs")
app.add_typer(users.app, name="users")
app.add_typer(tokens.app, name="tokens")
app.add_typer(audit.app, name="audit")
app.add_typer(broker.app, name="broker")


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
