"""The forms that change the inventory: shown, checked against the whole configuration, confirmed, written."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboards.console.access import Form, User
from dashboards.console.alerts_page.moments import written
from dashboards.console.alerts_page.texts import DOMAINS_SAID
from dashboards.console.console import Console
from dashboards.console.install import choices
from dashboards.console.install.first import unknown
from dashboards.console.install.forms import DEEDS, PARAM, Wish, filled, mistakes, read_wish, required
from dashboards.console.install.gate import obstacle
from dashboards.console.install.texts import TEXTS
from dashboards.console.pieces import texts as pieces
from dashboards.console.pieces.asked import Asked, Wrong
from dashboards.console.pieces.clock import now_ms
from dashboards.console.pieces.paging import query_of
from dashboards.console.pieces.visible import visible
from devices import cells
from devices.device import DOMAINS
from devices.editing import NoSuchDevice, row_of
from devices.editing_files import InventoryFiles, Overtaken, Trial, obstacle_of
from devices.errors import ConfigError, StoreUnavailable
from devices.model import Model
from devices.problems import Language

log = structlog.get_logger(__name__)
Note = Callable[[Request, str, str, str], Awaitable[int]]
"""Request, who, what, outcome -> the line of the audit log. Raises StoreUnavailable."""


async def not_noted(_request: Request, _who: str, _what: str, _outcome: str) -> int:
    return 0


class Desk(NamedTuple):
    """One request, with what is needed to answer it."""

    console: Console
    request: Request
    files: InventoryFiles
    language: Language
    deed: str
    device: str
    """"" for one that is added."""

    @property
    def texts(self) -> dict[str, str]:
        return TEXTS[self.language]

    def model(self, name: str) -> Model | None:
        return self.console.sources.registry().models.get(name)


async def show_deed(console: Console, request: Request) -> Response:
    """The form, filled with what is known."""
    desk = await _desk(console, request)
    if isinstance(desk, Response):
        return desk
    try:
        inventory, seen = await run_in_threadpool(desk.files.read)
        row = row_of(inventory, desk.device) if desk.device else _asked_for(desk)
    except NoSuchDevice:
        return unknown(console, request, desk.device)
    except ConfigError as error:
        return _obstructed(console, request, visible(error.text(desk.language)))
    if desk.deed == "add" and desk.model(row["model"]) is None:
        return _model_asked(desk, row)
    form = filled(desk.deed, row, desk.model(row["model"]), now_ms())
    return _form(desk, form, seen, row["model"])


async def do(console: Console, note: Note, request: Request, user: User, form: Form) -> Response:
    """Check, and with `confirmed` write. Whatever is wrong leads back to the form, as it was typed."""
    desk = await _desk(console, request)
    if isinstance(desk, Response):
        return desk
    try:
        row = {} if desk.deed == "add" else row_of((await run_in_threadpool(desk.files.read))[0], desk.device)
        return await _carried_out(desk, note, user, form, row.get("model", form.get("model", "")))
    except NoSuchDevice:
        return unknown(console, request, desk.device)
    except ConfigError as error:
        return _obstructed(console, request, visible(error.text(desk.language)))


async def _carried_out(desk: Desk, note: Note, user: User, form: Form, model: str) -> Response:
    wish, wrong = read_wish(desk.deed, desk.device, form, desk.model(model), desk.language)
    seen = form.get("seen", "")
    if form.get("act") == "locate":
        return await _located(desk, wish.typed, seen, model)
    if wrong or form.get("act") == "back":
        return _form(desk, wish.typed, seen, model, wrong)
    try:
        return await _tried(desk, note, user, form, wish, model)
    except Overtaken as overtaken:
        _, seen = await run_in_threadpool(desk.files.read)
        return _form(desk, wish.typed, seen, model, overtaken=overtaken)
    except OSError as error:
        words = desk.texts[obstacle_of(error)].format(detail=error.strerror)
        return _form(desk, wish.typed, seen, model, [Wrong("", words)], status=503)


async def _tried(desk: Desk, note: Note, user: User, form: Form, wish: Wish, model: str) -> Response:
    trial = await run_in_threadpool(desk.files.attempt, wish.edit, form.get("seen") or "-")
    if wrong := _wrong(desk, trial, wish.typed):
        return _form(desk, wish.typed, trial.seen, model, wrong)
    if "confirmed" not in form:
        return _summary(desk, wish.typed, trial)
    device = _id(desk, wish.typed)
    before = desk.console.present.heard(device) or 0
    await run_in_threadpool(desk.files.write, trial)
    return await _written(desk, note, user, trial, device, before)


async def _written(desk: Desk, note: Note, user: User, trial: Trial, device: str, before: int) -> Response:
    """Noted, taken up by the running process, and on to the first reading."""
    now = now_ms()
    try:
        await note(desk.request, user.name, f"{device}: {told(trial.diff)}", "written")
    except StoreUnavailable as error:  # it is written: the line that the form itself left in the log must do
        log.warning("audit_incomplete", device=device, detail=str(error))
    if problems := await desk.console.sources.reload():
        said = [visible(problem.text(desk.language)) for problem in problems]
        return desk.console.site.page(desk.request, "install_broken.html", TEXTS, status=500, problems=said)
    if desk.deed == "retire":
        return RedirectResponse(f"/install?{query_of({'retired': device})}", 303)
    return RedirectResponse(f"/install/{device}?{query_of({'after': before, 'at': now})}", 303)


def told(diff: str) -> str:
    """The lines of a diff that change something, on one line."""
    lines = [line for line in diff.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    return " | ".join(lines)


async def _located(desk: Desk, typed: Mapping[str, str], seen: str, model: str) -> Response:
    """The form again, with the communes nearest to the position first."""
    latitude, longitude = (cells.number(typed.get(name, "")) for name in ("latitude", "longitude"))
    if latitude is None or longitude is None:
        return _form(desk, typed, seen, model, [Wrong("latitude", desk.texts["no_position"])])
    middles = await run_in_threadpool(choices.positions, desk.files.folder)
    close = choices.nearest(latitude, longitude, middles)
    if not close:
        return _form(desk, typed, seen, model, [Wrong("commune", desk.texts["no_middles"])])
    return _form(desk, {**typed, "commune": close[0]}, seen, model, close=close)


def _form(
    desk: Desk,
    form: Mapping[str, str],
    seen: str,
    model: str,
    wrong: Sequence[Wrong] = (),
    *,
    overtaken: Overtaken | None = None,
    close: Sequence[str] = (),
    status: int = 0,
) -> Response:
    registry = desk.console.sources.registry()
    towns = choices.communes(registry)
    return desk.console.site.page(
        desk.request,
        "install_form.html",
        TEXTS,
        status=status or (409 if overtaken else 400 if wrong else 200),
        p=pieces.TEXTS[desk.language],
        wrong=wrong,
        deed=desk.deed,
        device=desk.device,
        form=form,
        fields=DEEDS[desk.deed],
        seen=seen,
        requires=[(PARAM + name, name) for name in required(desk.deed, desk.model(model))],
        models=choices.models(registry),
        model_words=dict(choices.models(registry)).get(model, model),
        domains=[(name, DOMAINS_SAID[desk.language][name]) for name in DOMAINS],
        towns=towns,
        close=[(code, dict(towns).get(code, code)) for code in close],
        sites=choices.sites(registry),
        overtaken=overtaken,
    )


def _summary(desk: Desk, form: Mapping[str, str], trial: Trial) -> Response:
    return desk.console.site.page(
        desk.request,
        "install_confirm.html",
        TEXTS,
        deed=desk.deed,
        device=desk.device,
        form=form,
        seen=trial.seen,
        diff=visible(trial.diff, kept="\n"),
    )


def _wrong(desk: Desk, trial: Trial, typed: Mapping[str, str]) -> list[Wrong]:
    if trial.problems:
        return mistakes(trial.problems, trial.after, _id(desk, typed), typed, desk.language)
    return [] if trial.diff else [Wrong("", desk.texts["nothing"])]


def _model_asked(desk: Desk, row: Mapping[str, str]) -> Response:
    asked = Asked(desk.request.query_params, desk.language)
    words = asked.text("q")
    wrong = [*asked.wrong, *([Wrong("model", desk.texts["no_model"])] if row["model"] else [])]
    found = choices.models(desk.console.sources.registry(), words)
    return desk.console.site.page(
        desk.request,
        "install_model.html",
        TEXTS,
        status=400 if wrong else 200,
        p=pieces.TEXTS[desk.language],
        wrong=wrong,
        models=found,
        words=words,
        row=row,
    )


def _asked_for(desk: Desk) -> dict[str, str]:
    """The cells that an address gives to a form that adds a device."""
    asked = Asked(desk.request.query_params, desk.language)
    given = {name: asked.text(name) for name in ("id", "eui", "model")}
    domain = choices.usual_domain(desk.console.sources.registry(), given["model"])
    return {**given, "domain": domain, "installed": written(now_ms())[:10]}


async def _desk(console: Console, request: Request) -> Desk | Response:
    language, device = console.site.language(request), request.path_params.get("device", "")
    deed = request.path_params.get("deed", "") if device else "add"
    if deed not in DEEDS or (device and deed == "add"):
        return unknown(console, request, device)
    found, files = await run_in_threadpool(obstacle, console), console.sources.inventory
    if found or files is None:
        return _obstructed(console, request, TEXTS[language][found])
    return Desk(console, request, files, language, deed, device)


def _obstructed(console: Console, request: Request, words: str) -> Response:
    return console.site.page(request, "install_obstructed.html", TEXTS, status=503, words=words)


def _id(desk: Desk, typed: Mapping[str, str]) -> str:
    return desk.device or typed.get("id", "")
