"""Which broker, as whom, and how it may be trusted: the settings of the way in, and the TLS context made of them."""

import contextlib
import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.trouble import InvalidBroker, LinkDown, Trouble

WEEK_S = 7 * 24 * 3600
PORTS = {"mqtt": 1883, "mqtts": 8883}


BUFFER_BYTES = 32 * 1024 * 1024


def buffer_bytes(journal_bytes: int) -> int:
    """What may be held in memory of a broker: what is held is journaled at once, and must fit into an empty journal."""
    return min(BUFFER_BYTES, journal_bytes // 4)


@dataclass(frozen=True)
class Broker:
    """Raises InvalidBroker, with a Trouble in French and English, when the settings cannot work or would lose data."""

    url: str
    """`mqtt://user@host:1883` or `mqtts://host:8883`; a password in it is refused, so it can be shown and logged."""
    client_id: str
    topics: tuple[str, ...]
    """Topic filters to subscribe to, without `$share`."""
    share: str = ""
    """Group of the shared subscription, "" for none."""
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """PEM; None trusts the system's authorities."""
    cert_file: Path | None = None
    key_file: Path | None = None
    """PEM, our own certificate and its key, for a broker that asks for one."""
    keep_alive: int = 30
    """s. A dead connection is noticed within twice this."""
    session_expiry: int = WEEK_S
    """s. How long the broker keeps messages for us while we are away."""
    receive_maximum: int = 1000
    """Asked of the broker, not relied on: mosquitto 2.0.11 exceeds it while it drains a backlog."""
    buffer_messages: int = 2_000
    buffer_bytes: int = BUFFER_BYTES
    """Reading pauses when as much as either is received and not yet delivered (one read of 256 kB may come on top)."""
    connect_timeout: float = 10.0
    """s, for each step: connection with TLS, CONNACK, SUBACK."""

    def __post_init__(self) -> None:
        check_url(self.url)
        if not self.client_id:
            raise InvalidBroker(Trouble("client_id"))
        if not self.topics or not all(self.topics):
            raise InvalidBroker(Trouble("topics"))
        if any(character in self.share for character in "/+#"):
            raise InvalidBroker(Trouble("share", {"share": self.share}))
        if self.session_expiry < WEEK_S:
            raise InvalidBroker(Trouble("session_expiry", {"minimum": WEEK_S, "given": self.session_expiry}))
        self._within("keep_alive", self.keep_alive, 65_535)
        self._within("receive_maximum", self.receive_maximum, 65_535)
        self._within("session_expiry", self.session_expiry, 0xFFFFFFFF)
        self._within("buffer_messages", self.buffer_messages, 10_000_000)
        self._within("buffer_bytes", self.buffer_bytes, 1 << 40)
        if not self.tls and (self.ca_file or self.cert_file or self.key_file):
            raise InvalidBroker(Trouble("tls_scheme"))
        if (self.cert_file is None) != (self.key_file is None):
            raise InvalidBroker(Trouble("tls_pair"))

    def _within(self, name: str, given: int, maximum: int) -> None:
        if not 1 <= given <= maximum:
            raise InvalidBroker(Trouble("bounds", {"name": name, "given": given, "minimum": 1, "maximum": maximum}))

    @property
    def tls(self) -> bool:
        return urlsplit(self.url).scheme == "mqtts"

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or PORTS[parts.scheme]

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def user(self) -> str | None:
        user = urlsplit(self.url).username
        return unquote(user) if user else None

    @property
    def filters(self) -> list[str]:
        """The topic filters as they are subscribed."""
        return [f"$share/{self.share}/{topic}" if self.share else topic for topic in self.topics]

    @property
    def password_in_clear(self) -> bool:
        """True when the password would cross a network that anybody on it can read."""
        loopback = self.host == "localhost"
        with contextlib.suppress(ValueError):
            loopback = ipaddress.ip_address(self.host).is_loopback
        return self.password is not None and not self.tls and not loopback


def check_url(url: str) -> None:
    """Raises InvalidBroker, which never quotes the URL: there may be a password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidBroker(Trouble("url_host")) from None
    if parts.scheme not in PORTS:
        raise InvalidBroker(Trouble("url_scheme"))
    if parts.password is not None:
        raise InvalidBroker(Trouble("url_password"))
    if not parts.hostname or port == 0 or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InvalidBroker(Trouble("url_host"))


def tls_context(broker: Broker) -> ssl.SSLContext | None:
    """What a `mqtts` broker must show, and what we show it; None for `mqtt`.

    Made for each connection, so that renewed certificates are taken without a restart.
    Raises LinkDown naming the file that cannot be read.
    """
    if not broker.tls:
        return None
    try:
        # Checks the host name. A private authority replaces the public ones: nobody else may vouch for this broker.
        context = ssl.create_default_context(cafile=broker.ca_file)
    except OSError as error:
        raise LinkDown(unreadable(broker.ca_file, "mqtt.ca_file", "PEM authority", error)) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if broker.cert_file is not None and broker.key_file is not None:
        for path, setting in ((broker.cert_file, "mqtt.cert_file"), (broker.key_file, "mqtt.key_file")):
            try:
                path.open("rb").close()
            except OSError as error:
                raise LinkDown(unreadable(path, setting, "PEM certificate or key", error)) from error
        try:
            # Without a password OpenSSL asks on the terminal for that of an encrypted key, and a service would hang.
            context.load_cert_chain(broker.cert_file, broker.key_file, password="")
        except OSError as error:
            pair = "PEM certificate and its key"
            raise LinkDown(unreadable(broker.cert_file, "mqtt.cert_file, mqtt.key_file", pair, error)) from error
    return context


def unreadable(path: Path | None, setting: str, what: str, error: OSError) -> Trouble:
    detail = error.strerror or str(error) or type(error).__name__
    return Trouble("tls_file", {"path": path, "setting": setting, "what": what, "detail": detail})
