"""The channels of notify.toml: what each needs, by the key that says where it leads."""

from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

from alerts.notices.mail import parse_relay
from alerts.notices.named_secret import read_secret
from alerts.notices.plan import NONE, Channel, ChannelKind, Form
from devices.problems import LANGUAGES, Language, near
from devices.tables import Table

KINDS = tuple(kind.value for kind in ChannelKind)
FORMS = tuple(form.value for form in Form)


def read_channel(name: str, table: Table, rotas: Mapping[str, object], environment: Mapping[str, str]) -> Channel:
    """`rotas` are those of the file, by name."""
    given = [kind for kind in KINDS if kind in table.values]
    if len(given) != 1:
        table.problem("", "channel_kind", known=", ".join(KINDS))
        table.read |= set(table.values)
        return Channel(name, ChannelKind.ROTA)
    kind = ChannelKind(given[0])
    limit = table.whole("max_per_hour") if "max_per_hour" in table.values else 0
    if kind is ChannelKind.ROTA:
        rota = table.text("rota")
        if rota and rota not in rotas:
            table.problem("rota", "unknown_rota", value=rota, known=near(rota, rotas))
        table.finish()
        return Channel(name, kind, rota=rota, max_per_hour=limit)
    address = read_secret(table, kind, environment, plain=kind is not ChannelKind.APPRISE)
    if text := address.get_secret_value():
        _check_address(table, kind, text)
    hook = kind is ChannelKind.WEBHOOK
    key = read_secret(table, "secret", environment, "") if hook else NONE
    private = table.flag("allow_private", default=False) if kind is not ChannelKind.MAIL else False
    language = cast("Language", table.choice("language", LANGUAGES, "fr"))
    form = Form.TEXT if hook else _form(table, kind)
    table.finish()
    return Channel(name, kind, address, key, "", language, form, limit, private)


def _form(table: Table, kind: ChannelKind) -> Form:
    """Apprise makes text of HTML for most services, and loses the links in it: it is given text, unless told."""
    return Form(table.choice("format", FORMS, Form.HTML if kind is ChannelKind.MAIL else Form.TEXT))


def check_url(table: Table, key: str, text: str) -> None:
    """An address of the web. The problem says nothing of it: it may hold a secret."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound or "@" in parts.netloc:
        table.problem(key, "bad_web_address")


def _check_address(table: Table, kind: ChannelKind, text: str) -> None:
    if kind is ChannelKind.WEBHOOK:
        check_url(table, kind, text)
    elif kind is ChannelKind.MAIL:
        try:
            parse_relay(text)
        except ValueError:
            table.problem(kind, "bad_mail_address")
    elif not _apprise_knows(text):
        table.problem(kind, "bad_apprise_address")


def _apprise_knows(text: str) -> bool:
    from apprise import Apprise  # noqa: PLC0415  -- 0.5 s, and a territory may do without

    from alerts.notices.transport import keep_addresses_out_of_logs  # noqa: PLC0415

    keep_addresses_out_of_logs()
    return Apprise.instantiate(text, suppress_exceptions=True) is not None
