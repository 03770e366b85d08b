"""Hand a notice to a service. Each function returns when the service confirmed, and raises NotSent otherwise."""

import hashlib
import hmac
import json
import logging
from contextlib import nullcontext

from alerts.notices.compose import Composed
from alerts.notices.mail import send_mail
from alerts.notices.plan import Channel, ChannelKind, Form
from alerts.notices.public_only import Attempts, public_only
from alerts.notices.trouble import NotSent
from alerts.notices.web import ask, public, resolved

SIGNATURE = "X-Vigiterre-Signature"
HTTPS = 443
TALKATIVE = ("urllib3", "requests")
"""Libraries whose debug logs quote addresses, in which tokens stand; apprise does so in warnings too."""


def send(channel: Channel, notice: Composed) -> None:
    """Blocks until the service answered: minutes, when it is at its worst. Raises NotSent."""
    match channel.kind:
        case ChannelKind.MAIL:
            send_mail(channel, notice)
        case ChannelKind.WEBHOOK:
            send_webhook(channel, notice)
        case ChannelKind.APPRISE:
            send_apprise(channel, notice)
        case ChannelKind.ROTA:
            raise NotSent("no_channel", channel=channel.name, known="-")


def send_webhook(channel: Channel, notice: Composed) -> None:
    body = json.dumps(notice.document, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "X-Vigiterre-Notice": notice.notice}
    if key := channel.key.get_secret_value():
        headers[SIGNATURE] = signature(key, body)
    ask(
        "POST",
        channel.address.get_secret_value(),
        body=body,
        headers=headers,
        allow_private=channel.allow_private,
    )


def signature(key: str, body: bytes) -> str:
    """`sha256=` and the HMAC of the body in hexadecimal."""
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def send_apprise(channel: Channel, notice: Composed) -> None:
    """Raises NotSent. Apprise resolves names by itself: what it connects to is looked at when it does."""
    from apprise import Apprise, AppriseAsset, NotifyFormat  # noqa: PLC0415  -- 0.5 s, and a territory may do without

    service = Apprise(asset=AppriseAsset(http_redirects=False))
    service.add(channel.address.get_secret_value())
    form = NotifyFormat.HTML if channel.form is Form.HTML else NotifyFormat.TEXT
    body = {Form.HTML: notice.html, Form.TEXT: notice.text, Form.SHORT: notice.short}[channel.form]
    with nullcontext(Attempts()) if channel.allow_private else public_only() as attempts:
        if not channel.allow_private:
            for one in service:
                _refuse_private(one)
        if not service.notify(title=notice.subject, body=body, body_format=form):
            raise NotSent("private" if attempts.private else "apprise")


def _refuse_private(service: object) -> None:
    """Before anything is sent, where a service is asked for by its host: of others, what stands there is a token."""
    host, port = getattr(service, "host", None), getattr(service, "port", None)
    named = any("{host}" in template for template in getattr(service, "templates", ()))
    if named and host and not all(map(public, resolved(host.strip("[]"), port or HTTPS))):
        raise NotSent("private")


def keep_addresses_out_of_logs() -> None:
    """Their errors come to us as NotSent; what they log besides is not for the log."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logging.INFO, logger.level))
