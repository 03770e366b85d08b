"""`vigiterre report`: the Bilan of a site or a commune as PDF, HTML or e-mail, from what the store holds."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.notices.case import Case
from alerts.notices.mail import send_document
from alerts.notices.plan import Channel, ChannelKind, Plan
from alerts.notices.trouble import NotSent
from dashboards.console.report.bilan import Bilan, Where, bilan, places
from dashboards.console.report.pdf import PdfMissing, html_of, pdf_of
from dashboards.console.report.period import DAY, WEEK, Period, period_of
from devices.errors import VigiterreError
from devices.problems import Language, near
from devices.registry import Registry
from stores.open import open_store
from vigiterre.commands.alerts_view import View, opened
from vigiterre.moment import now_ms
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
    mail: Annotated[str, typer.Option(help="canal de notify.toml · channel of notify.toml", show_default=False)] = "",
    lang: Annotated[Language | None, typer.Option("--lang", help="fr ou en · fr or en", show_default=False)] = None,
) -> None:
    """Écrit ou envoie le bilan d'un jour ou d'une semaine · Writes or sends the report of a day or a week."""
    shell: Shell = context.obj
    now = now_ms()
    with shell.failing():
        if sum(map(bool, (pdf, html, mail))) != 1:
            raise Misuse(said("report_one_file"))
        period = read_period(day, now, week=week)
        with opened(shell) as view:
            where = read_where(view.registry, commune, site)
            channel = mail_channel(view.config.plan, mail) if mail else None
            language = lang or (channel.language if channel else shell.language)
            made = made_of(shell, view, where, period, language, now)
        if pdf is not None:
            pdf.write_bytes(pdf_of(made, language))
        elif html is not None:
            html.write_text(html_of(made, language), encoding="utf-8")
        elif channel is not None:
            send(channel, made, language, where.commune or where.site)
    shell.tell("report_written", path=pdf or html or mail, title=made.title)


def made_of(shell: Shell, view: View, where: Where, period: Period, language: Language, now: int) -> Bilan:
    """From the store and the alerts on disk, beside a running process or without one."""
    keep = shell.settings().store
    store = open_store(shell.settings().store_url, secret(keep.password, keep.password_file), read_only=True)

    def alerts(since: int | None, _device: str, limit: int) -> list[Case]:
        found = view.book.alerts(since=since, limit=limit)
        return [case for alert in found if (case := view.case(alert)) is not None]

    try:
        return bilan(view.registry, where, period, store.points, alerts, now, language)
    finally:
        store.close()


def mail_channel(plan: Plan, name: str) -> Channel:
    """Raises VigiterreError for one that is none, or no e-mail."""
    channels = {each.name: each for each in plan.channels.values() if each.kind is ChannelKind.MAIL}
    if name not in channels:
        raise VigiterreError(said("report_no_channel", value=name, known=near(name, channels)))
    return channels[name]


def send(channel: Channel, made: Bilan, language: Language, name: str) -> None:
    """The page in the message, and as a PDF where WeasyPrint is installed. Raises VigiterreError."""
    try:
        attached: tuple[str, bytes] | None = (f"bilan-{name}.pdf", pdf_of(made, language))
    except PdfMissing:
        attached = None
    lines = [made.title, "", *(f"- {one.title}, {one.place} ({one.since})" for one in made.breaches)]
    lines += [f"- {one.name}: {one.availability}" for one in made.devices]
    try:
        send_document(channel, made.title, "\n".join(lines), html_of(made, language), attached)
    except NotSent as error:
        raise VigiterreError(error.words) from error


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
