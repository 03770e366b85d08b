"""`vigiterre alerts ack`, and what every command that acts on alerts shares."""

import os
from typing import Annotated, Any

import typer

from devices.errors import VigiterreError
from vigiterre import control
from vigiterre.commands.alerts_options import ANY, CommentOption, Wanted, WhoOption
from vigiterre.commands.alerts_view import opened
from vigiterre.commands.ask import final, progress
from vigiterre.commands.options import gathered
from vigiterre.commands.quarantine import LARGEST
from vigiterre.doctor.disk import account
from vigiterre.shell import Misuse, Shell
from vigiterre.texts import said


@gathered("wanted", Wanted)
def ack(
    context: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID…", max=LARGEST)] = None,
    everything: Annotated[bool, typer.Option("--all", help="toutes celles des options · all that match")] = False,
    wanted: Wanted = ANY,
    comment: CommentOption = "",
    who: WhoOption = None,
) -> None:
    """Prend des alertes en charge · Acknowledges alerts."""
    shell: Shell = context.obj
    with shell.failing():
        wanted = wanted.check()
        if bool(ids) == everything or (any(wanted) and not everything):
            raise Misuse(said("ack_what"))
    numbers = ids or matching(shell, wanted)
    if not numbers:
        shell.tell("no_alert_found")
        return
    result = act(shell, "alerts_ack", ids=numbers, who=who or myself(), comment=comment)
    shell.tell("acknowledged", count=result["acknowledged"], who=who or myself())
    if result["already"] or result["over"]:
        shell.tell("acknowledged_before", already=result["already"], over=result["over"])
    if result["unwritten"]:
        shell.tell("ack_unwritten")


def matching(shell: Shell, wanted: Wanted) -> list[int]:
    """The open alerts that nobody acknowledged, of those that are asked for."""
    with opened(shell) as view:
        found = view.book.alerts(open_only=True)
    return [one.id for one in found if not one.acknowledged and wanted.takes(one, one.level.word)]


def act(shell: Shell, command: str, **arguments: Any) -> dict[str, Any]:
    """What the running process answers. Without one nobody would be told, so nothing is done."""
    data_dir = shell.data_dir()
    with shell.failing(), progress() as bar:
        try:
            return final(control.call(data_dir, command, **arguments), bar, bar.add_task(""))
        except control.NotRunning as error:
            raise VigiterreError(said("alerts_need_process", folder=data_dir)) from error


def myself() -> str:
    """Who types this, also behind sudo."""
    return os.environ.get("SUDO_USER") or account()
