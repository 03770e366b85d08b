"""`vigiterre alerts`: what is wrong on the territory now, and what people do about it."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from alerts.alert import Alert
from alerts.dispatch import group_of
from alerts.load import load_alerts
from alerts.notices.trial import notify_test
from alerts.notices.trouble import NotSent
from devices.errors import VigiterreError
from devices.load import load_registry
from vigiterre.commands import alerts_acting, alerts_history, alerts_mutes, alerts_show, alerts_test
from vigiterre.commands.alerts_options import ANY, JsonOption, Wanted
from vigiterre.commands.alerts_rules import list_rules
from vigiterre.commands.alerts_view import View, compact, opened
from vigiterre.commands.options import gathered
from vigiterre.moment import now_ms
from vigiterre.shell import Shell, print_json, print_table
from vigiterre.texts import said

STORM = 5
"""So many alerts of one rule at one place are one line."""
COLUMNS = ("id", "level", "title", "place", "opened", "resolved", "amount", "status")
OPTIONAL = ("resolved", "amount")
"""Columns that are shown when one of the rows has something there."""

app = typer.Typer(help="Les alertes · The alerts", no_args_is_help=True)


@app.command("list")
@gathered("wanted", Wanted)
def list_alerts(
    context: typer.Context,
    rules: Annotated[bool, typer.Option("--rules", help="les règles · the rules")] = False,
    wanted: Wanted = ANY,
    everything: Annotated[bool, typer.Option("--all", help="aussi les finies · also those that ended")] = False,
    each: Annotated[bool, typer.Option("--each", help="une ligne par alerte · a line for each alert")] = False,
    limit: Annotated[int, typer.Option(min=1, help="nombre d'alertes · number of alerts")] = 1_000,
    as_json: JsonOption = False,
) -> None:
    """Liste les alertes en cours, ou les règles · Lists the alerts that are open, or the rules."""
    shell: Shell = context.obj
    with shell.failing():
        wanted = wanted.check()
    if rules:
        list_rules(shell, wanted, as_json=as_json)
        return
    with opened(shell) as view:
        found = [one for one in view.book.alerts(open_only=not everything) if wanted.takes(one, one.level.word)]
        if not everything:
            found.sort(key=lambda one: -one.level)
        shown = found[:limit]
        if as_json:
            print_json([view.row(one) for one in shown])
        elif shown:
            show_alerts(shell, view, shown, each=each or everything)
        else:
            shell.tell("no_alert_found" if any(wanted) or everything else "no_alert_open")
    if len(found) > limit:
        shell.tell("alerts_cut", limit=limit, count=len(found) - limit)


def show_alerts(shell: Shell, view: View, alerts: Sequence[Alert], *, each: bool) -> None:
    rows = [view.cells(one, shell) for one in alerts] if each else collapsed(shell, view, alerts)
    names = [name for name in COLUMNS if name not in OPTIONAL or any(row[name] for row in rows)]
    lines = (compact(row) for row in rows)
    print_table([shell.say(f"column_{name}") for name in names], ([line[name] for name in names] for line in lines))
    if len(rows) < len(alerts):
        shell.tell("alerts_collapsed")


def collapsed(shell: Shell, view: View, alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """A storm of one rule at one place, of which the same is to be said, is one row."""
    groups: dict[tuple[object, ...], list[Alert]] = {}
    for alert in alerts:
        rule = view.rule(alert)
        place = group_of(alert, rule) if rule else alert.series.site
        key = alert.rule, place, alert.level, alert.acknowledged_by, alert.status, view.muted_by(alert)
        groups.setdefault(key, []).append(alert)
    rows = []
    for group in groups.values():
        cells = [view.cells(one, shell) for one in group]
        rows += [merged(cells)] if len(group) >= STORM else cells
    return rows


def merged(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What they share; the earliest beginning."""
    first = rows[0]
    shared = {name: first[name] if all(row[name] == first[name] for row in rows) else "" for name in first}
    return {**shared, "id": f"× {len(rows)}", "opened": min(row["opened"] for row in rows)}


@app.command("notify-test")
def send_test(context: typer.Context, channel: str) -> None:
    """Envoie un essai par un canal, tout de suite · Sends a test by a channel, at once."""
    shell: Shell = context.obj
    with shell.failing():
        plan = load_alerts(shell.folder, load_registry(shell.folder)).plan
        try:
            taken = notify_test(plan, channel, now_ms())
        except NotSent as error:
            raise VigiterreError(said("notify_test_failed", channel=channel, why=error.words)) from error
    if taken.name == channel:
        shell.tell("notify_test_sent", channel=channel, kind=taken.kind.value)
    else:
        shell.tell("notify_test_on_duty", channel=channel, duty=taken.name, kind=taken.kind.value)


app.command("show")(alerts_show.show)
app.command("ack")(alerts_acting.ack)
app.command("silence")(alerts_mutes.silence)
app.command("maintenance")(alerts_mutes.maintenance)
app.command("mutes")(alerts_mutes.mutes)
app.command("history")(alerts_history.history)
app.command("test")(alerts_test.test)
