"""`vigiterre report`: the Bilan of a site or a commune as a PDF or an HTML file, from what the store holds."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.notices.case import Case
from dashboards.console.report.bilan import Where, bilan, places
from dashboards.console.report.pdf import html_of, pdf_of
from dashboards.console.report.period import DAY, WEEK, Period, period_of
from devices.errors import VigiterreError
from devices.problems import Language, near
from devices.registry import Registry
from stores.open import open_store
from vigiterre.commands.alerts_view import opened
from vigiterre.service import now_ms
from vigiterre.settings import secret
from vigiterre.shell import Misuse, Shell
from vigiterre.texts import said


def report(
    context: typer.Context,
    commune: Annotated[str, typer.Option(help="code INSEE · INSEE code", show_default=False)] = "",
    site: Annotated[str, typer.Option(help="site", show_default=False)] = "",
    day: Annotated[
        str, typer.Option(help="AAAA-MM-JJ ; sans elle hier · YYYY-MM-DD; without it yesterday", show_default=False)
    ] = "",
    week: Annotated[
        bool, typer.Option("--week", help="la semaine de --day, ou la dernière · the week of --day, or the last one")
    ] = False,
    pdf: Annotated[Path | None, typer.Option(dir_okay=False, help="fichier PDF · PDF file", show_default=False)] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="fichier HTML · HTML file", show_default=False)
    ] = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="fr ou en · fr or en", show_default=False)] = None,
) -> None:
    """Écrit le bilan d'un jour ou d'une semaine · Writes the report of a day or a week."""
    shell: Shell = context.obj
    settings, now = shell.settings(), now_ms()
    with shell.failing():
        if (pdf is None) == (html is None):
            raise Misuse(said("report_one_file"))
        period = read_period(day, now, week=week)
        with opened(shell) as view:
            where = read_where(view.registry, commune, site)
            keep = settings.store
            password = secret(keep.password, keep.password_file)
            store = open_store(settings.store_url, password, read_only=True)

            def alerts(since: int | None, _device: str, limit: int) -> list[Case]:
                found = view.book.alerts(since=since, limit=limit)
                return [case for alert in found if (case := view.case(alert)) is not None]

            try:
                made = bilan(view.registry, where, period, store.points, alerts, now, lang or shell.language)
            finally:
                store.close()
        language = lang or shell.language
        if pdf is not None:
            pdf.write_bytes(pdf_of(made, language))
        elif html is not None:
            html.write_text(html_of(made, language), encoding="utf-8")
    shell.tell("report_written", path=pdf or html, title=made.title)


def read_period(day: str, now: int, *, week: bool) -> Period:
    """Raises Misuse."""
    try:
        return period_of(WEEK if week else DAY, day, now)
    except ValueError as error:
        raise Misuse(said("report_bad_day", value=day)) from error


def read_where(registry: Registry, commune: str, site: str) -> Where:
    """Raises Misuse without a place, VigiterreError for one without devices."""
    if not (commune or site):
        raise Misuse(said("report_no_place"))
    communes, sites = places(registry)
    for value, known in ((commune, list(communes)), (site, list(sites))):
        if value and value not in known:
            raise VigiterreError(said("report_unknown_place", value=value, known=near(value, known)))
    return Where(commune, site)
