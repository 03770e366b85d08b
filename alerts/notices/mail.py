"""E-mail by smtplib: text and HTML in one message, threaded by alert, with an id that stays when it is sent again.

`smtps://user:password@host:465/?from=...&to=a@x,b@y`, or `smtp://` with STARTTLS, or, for a relay of our own,
`smtp://host:25/?plain=yes&...`, which takes no password. docs/adr/0039 says why not Apprise.
"""

import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from alerts.notices.compose import Composed
from alerts.notices.plan import Channel, Form
from alerts.notices.trouble import NotSent, cause

log = structlog.get_logger()
SECONDS = 10.0
"""For each answer of the server."""
PORTS = {"smtps": 465, "smtp": 587}
ANSWER_KEPT = 100


class Relay(NamedTuple):
    host: str
    port: int
    tls: bool
    """From the first byte; else by STARTTLS, unless `plain`."""
    plain: bool
    user: str
    password: str
    sender: str
    recipients: tuple[str, ...]


def parse_relay(url: str) -> Relay:
    """Raises ValueError, without a word of the URL, when something is missing."""
    parts = urlsplit(url)
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    sender = given.pop("from", "")
    recipients = tuple(one.strip() for one in given.pop("to", "").split(",") if one.strip())
    plain = given.pop("plain", "no") == "yes"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    sound = parts.scheme in PORTS and parts.hostname and not given and recipients
    if (
        not sound
        or not all("@" in parseaddr(one)[1] for one in (sender, *recipients))
        or (plain and (user or password))
    ):
        raise ValueError("no address of a mail server")
    tls = parts.scheme == "smtps"
    port = parts.port or (25 if plain else PORTS[parts.scheme])
    return Relay(parts.hostname or "", port, tls, plain, user, password, sender, recipients)


def send_mail(channel: Channel, notice: Composed) -> None:
    """Raises NotSent unless the server took it for at least one recipient; those it refused are logged."""
    relay = parse_relay(channel.address.get_secret_value())
    _deliver(channel, relay, message_of(channel, notice, relay))


def send_document(channel: Channel, subject: str, text: str, html: str, attached: tuple[str, bytes] | None) -> None:
    """Something to be read rather than acted upon: text and HTML, and a PDF (its name, its bytes). Raises NotSent."""
    relay = parse_relay(channel.address.get_secret_value())
    message = _addressed(relay, subject)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    if attached is not None:
        name, content = attached
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    message["Message-ID"] = make_msgid(domain=_domain(relay))
    message["Content-Language"] = channel.language
    _deliver(channel, relay, message)


def _deliver(channel: Channel, relay: Relay, message: EmailMessage) -> None:
    try:
        with _connected(relay) as server:
            refused = server.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise NotSent("mail", detail=_answer(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent("mail", detail=_answer(*next(iter(error.recipients.values())))) from None
    except smtplib.SMTPException as error:
        raise NotSent("mail", detail=type(error).__name__) from None
    except (OSError, UnicodeError) as error:
        raise NotSent("unreachable", detail=cause(error)) from None
    if refused:
        log.warning("mail_recipients_refused", channel=channel.name, refused=len(refused))


def message_of(channel: Channel, notice: Composed, relay: Relay) -> EmailMessage:
    domain = _domain(relay)
    message = _addressed(relay, notice.subject)
    message["Message-ID"] = f"<{notice.notice}@{domain}>"
    if notice.thread != notice.notice:
        # No message has this id: clients put all those together that refer to the same one.
        message["References"] = message["In-Reply-To"] = f"<{notice.thread}@{domain}>"
    message.set_content(notice.subject + "\n\n" + notice.short if channel.form is Form.SHORT else notice.text)
    if channel.form is Form.HTML:
        message.add_alternative(notice.html, subtype="html")
    message["Content-Language"] = channel.language
    return message


def _addressed(relay: Relay, subject: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = relay.sender
    message["To"] = ", ".join(relay.recipients)
    message["Date"] = formatdate(localtime=True)
    message["Auto-Submitted"] = "auto-generated"
    return message


def _domain(relay: Relay) -> str:
    return parseaddr(relay.sender)[1].rpartition("@")[2]


def _connected(relay: Relay) -> smtplib.SMTP:
    context = ssl.create_default_context()
    ours = socket.gethostname()  # smtplib would ask the name service for more, and wait
    if relay.tls:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            relay.host, relay.port, local_hostname=ours, timeout=SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(relay.host, relay.port, local_hostname=ours, timeout=SECONDS)
    try:
        if not relay.tls and not relay.plain:
            server.starttls(context=context)
        if relay.user:
            server.login(relay.user, relay.password)
    except BaseException:
        server.close()
        raise
    return server


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"[:ANSWER_KEPT]
