"""`vigiterre alerts history`: the intervals of the alerts, for people, programs and spreadsheets."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from alerts.alert import Alert
from alerts.calendar import local
from alerts.notices.texts import LEVELS
from devices.readable import readable
from vigiterre.commands.alerts_options import ANY, JsonOption, Wanted
from vigiterre.commands.alerts_view import View, opened, time_or_none
from vigiterre.commands.options import gathered
from vigiterre.shell import Misuse, Shell, print_json, print_table, read_span, shown_time
from vigiterre.texts import said

MINUTE_MS = 60_000
TIMES = ("opened", "resolved", "acknowledged")
"""In the rows as ms; each way of showing says them its own way."""
TABLE = ("id", "peak", "title", "place", "opened", "resolved", "minutes", "acknowledged", "comment", "flags")
OPTIONAL = ("acknowledged", "comment", "flags")
"""Columns that are shown when one of the rows has something there."""
LENGTHS = ("minutes", "minutes_to_acknowledgement")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet may take a cell that begins with one of these for a formula."""
COLUMNS = (
    *("id", "rule", "title", "peak", "device", "place", "site", "commune", "opened", "resolved", "minutes"),
    *("acknowledged", "acknowledged_by", "comment", "minutes_to_acknowledgement", "reopened", "late", "withdrawn"),
)


@gathered("wanted", Wanted)
def history(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="encore en cours à · that had not ended at")] = None,
    until: Annotated[str | None, typer.Option(help="commencées avant · that began before")] = None,
    wanted: Wanted = ANY,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="aussi les annulées · also those withdrawn")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV pour un tableur · CSV for a spreadsheet")] = False,
    as_json: JsonOption = False,
) -> None:
    """Liste ce qui s'est passé, le plus récent d'abord · Lists what happened, the newest first."""
    shell: Shell = context.obj
    with shell.failing():
        if as_csv and as_json:
            raise Misuse(said("csv_or_json"))
        first, last = read_span(("--since", since), ("--until", until))
        wanted = wanted.check()
    with opened(shell) as view:
        found = [
            one
            for one in view.book.alerts(since=first)
            if (last is None or one.opened < last)
            and (withdrawn or not one.withdrawn)
            and wanted.takes(one, one.peak.word)
        ]
        rows = [described(view, one) for one in found]
    if as_json:
        print_json([{**row, **{name: time_or_none(row[name]) for name in TIMES}} for row in rows])
    elif as_csv:
        typer.get_binary_stream("stdout").write(spreadsheet(shell, rows))
    elif rows:
        lines = [listed(shell, row) for row in rows]
        names = [name for name in TABLE if name not in OPTIONAL or any(row[name] for row in lines)]
        print_table([shell.say(f"column_{name}") for name in names], ([line[name] for name in names] for line in lines))
    else:
        shell.tell("no_history")


def described(view: View, alert: Alert) -> dict[str, Any]:
    """One interval. Minutes to the acknowledgement are by our clock, from when we opened the alert."""
    ended = None if alert.resolved is None else (alert.resolved - alert.opened) / MINUTE_MS
    taken = (alert.acknowledged - alert.found) / MINUTE_MS if alert.acknowledged and alert.found else None
    series, case = alert.series, view.case(alert)
    return {
        "id": alert.id,
        "rule": alert.rule,
        "title": view.title(alert),
        "peak": alert.peak.word,
        "device": series.device,
        "place": case.name if case else series.site,
        "site": series.site,
        "commune": series.commune,
        "commune_name": view.config.communes.get(series.commune, ""),
        "opened": alert.opened,
        "resolved": alert.resolved,
        "minutes": rounded(ended),
        "acknowledged": alert.acknowledged or None,
        "acknowledged_by": alert.acknowledged_by,
        "comment": alert.comment,
        "minutes_to_acknowledgement": rounded(taken),
        "reopened": alert.reopened,
        "late": alert.late,
        "withdrawn": alert.withdrawn,
    }


def rounded(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 1)


def worded(shell: Shell, row: dict[str, Any]) -> dict[str, Any]:
    """Words instead of codes; nothing where there is nothing."""
    flags = {name: shell.say("yes") if row[name] else "" for name in ("late", "withdrawn")}
    blank = {name: "" for name, value in row.items() if value is None}
    return {**row, **blank, **flags, "peak": LEVELS[shell.language][row["peak"]], "reopened": row["reopened"] or ""}


def listed(shell: Shell, row: dict[str, Any]) -> dict[str, Any]:
    """For a table of few columns: times in UTC, as --since takes them."""
    line = worded(shell, row)
    minutes, taken = (readable(row[name], "", shell.language) if row[name] is not None else "" for name in LENGTHS)
    flags = {"reopened": row["reopened"], "late": row["late"], "withdrawn": row["withdrawn"]}
    return {
        **line,
        "title": f"{row['title']} ({row['rule']})",
        "place": f"{row['place']}, {row['commune']} ({row['device']})",
        "opened": shown_time(row["opened"]),
        "resolved": time_or_none(row["resolved"]) or "",
        "minutes": minutes,
        "acknowledged": f"{row['acknowledged_by']} ({taken}\N{NO-BREAK SPACE}min)" if row["acknowledged"] else "",
        "flags": ", ".join(shell.say(f"column_{name}").lower() for name, value in flags.items() if value),
    }


def spreadsheet(shell: Shell, rows: Sequence[dict[str, Any]]) -> bytes:
    """As a French spreadsheet opens it by a double click: BOM, semicolons, decimal commas, local time."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(shell.say(f"column_{name}") for name in COLUMNS)
    for row in rows:
        commune = f"{row['commune']} {row['commune_name']}".strip()  # a code alone would lose its leading zero
        line = {**worded(shell, row), **{name: wall(row[name]) for name in TIMES}, "commune": commune}
        writer.writerow(cell(line[name]) for name in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def wall(time_ms: int | None) -> str:
    """`2026-11-25 13:00:00` by the clocks of the territory; spreadsheets read it as a date."""
    return local(time_ms).strftime("%Y-%m-%d %H:%M:%S") if time_ms else ""


def cell(value: object) -> str:
    """Numbers with a decimal comma; what people typed can never be a formula."""
    if isinstance(value, float):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text
