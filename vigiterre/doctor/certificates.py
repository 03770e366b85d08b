"""How long each certificate is good: the pages', the MQTT client's, the devices', what broker and store show."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from devices.errors import ConfigError
from ingest.broker import Broker, tls_context
from ingest.trouble import InvalidBroker, LinkDown
from stores.open import DEFAULT_PORT
from vigiterre.doctor.devices_certificates import devices_certificates
from vigiterre.doctor.finding import Finding, Words, error, ok, warning
from vigiterre.doctor.listeners import EVERYWHERE, on_this_machine, read_listeners
from vigiterre.settings import BrokerSettings, ConsoleSettings, MqttSettings, Settings, secret
from vigiterre.tls.certificate import Certificate, of_der, read_certificates
from vigiterre.tls.pair import Pair, Unusable, exposed, load, pair_of

DAYS = 30
"""Before its end: time enough for an order form, and longer than what renews itself waits."""
SECONDS = 5.0
PAGES = Words("des pages", "of the pages")
OURS = Words("que nous montrons au courtier", "that we show the broker")


def certificates(settings: Settings, now: float, mosquitto_conf: Path | None = None) -> list[Finding]:
    """`now` is s. Who cannot be reached, or is not trusted, is said by the parts `broker` and `store`."""
    return [
        *_pages(settings.console, now),
        *_files(settings.mqtt, now),
        *_broker(settings.mqtt, now),
        *_devices_way(settings, mosquitto_conf, now),
        *devices_certificates(settings, now),
        *_store(settings.store_url, now),
    ]


def term(what: Words, certificate: Certificate, now: float) -> Finding:
    """How long it is still good."""
    days = certificate.days(now)
    facts = {"what": what, "name": certificate.name, "ends": certificate.end_date, "days": days}
    if certificate.over(now):
        return error("tls.over", **facts)
    if certificate.early(now):
        return error("tls.not_yet", begins=certificate.begin_date, **facts)
    return warning("tls.ends_soon", **facts) if days < DAYS else ok("tls.good", **facts)


def _pages(console: ConsoleSettings, now: float) -> list[Finding]:
    try:
        pair = pair_of(console)
        if pair is None:
            return []
        certificate = load(pair).certificate
    except Unusable as fault:
        return [error("tls.unusable", problem=_words(fault))]
    return [term(PAGES, certificate, now), *_key(pair), *_in_force(console, certificate)]


def _key(pair: Pair) -> list[Finding]:
    return [warning("tls.exposed", path=pair.key)] if exposed(pair.key) else []


def _in_force(console: ConsoleSettings, file: Certificate) -> list[Finding]:
    """Whether the running process shows what the file holds; nothing where none runs."""
    host, port = own_address(console)
    try:
        shown = presented(host, port)
    except (OSError, ValueError):
        return []
    if shown.fingerprint == file.fingerprint:
        return []
    return [warning("tls.not_in_force", shown=shown.end_date, file=file.end_date)]


def _files(mqtt: MqttSettings, now: float) -> Iterator[Finding]:
    """Our own certificate, and the authorities that we trust: of several, the one that ends first."""
    if urlsplit(mqtt.url).scheme != "mqtts":
        return
    named = ((mqtt.cert_file, OURS), (mqtt.ca_file, Words("d'autorité, mqtt.ca_file", "of authority, mqtt.ca_file")))
    for path, what in named:
        found = _read(path)
        if found:
            yield term(what, found[0] if path == mqtt.cert_file else min(found, key=lambda one: one.ends), now)
    if mqtt.key_file is not None and exposed(mqtt.key_file):
        yield warning("tls.exposed", path=mqtt.key_file)


def _read(path: Path | None) -> list[Certificate]:
    """What cannot be read is said by the connection that needs it."""
    with contextlib.suppress(OSError, ValueError):
        return read_certificates(path) if path is not None else []
    return []


def _broker(mqtt: MqttSettings, now: float) -> list[Finding]:
    if urlsplit(mqtt.url).scheme != "mqtts":
        return []
    try:
        broker = Broker(
            mqtt.url,
            mqtt.client_id,
            ("-",),
            password=secret(mqtt.password, mqtt.password_file),
            ca_file=mqtt.ca_file,
            cert_file=mqtt.cert_file,
            key_file=mqtt.key_file,
        )
        shown = presented(broker.host, broker.port, tls_context(broker))
    except (ConfigError, InvalidBroker, LinkDown, OSError, ValueError):
        return []
    return [term(Words(f"du courtier {broker.address}", f"of broker {broker.address}"), shown, now)]


def _devices_way(settings: Settings, mosquitto_conf: Path | None, now: float) -> Iterator[Finding]:
    """What devices are shown by a mosquitto of this machine, where our own way to it is another."""
    ours = urlsplit(settings.mqtt.url)
    for port, host in sorted(_tls_listeners(settings.broker, mosquitto_conf).items()):
        if ours.scheme == "mqtts" and ours.port == port and on_this_machine(ours.hostname or ""):
            continue
        with contextlib.suppress(OSError, ValueError):
            shown = presented(here(host), port)
            yield term(Words(f"du courtier, port {port}", f"of the broker, port {port}"), shown, now)


def _tls_listeners(broker: BrokerSettings, mosquitto_conf: Path | None) -> dict[int, str]:
    """Port -> host."""
    found = {}
    if broker.cert_file is not None:
        host, _, port = broker.tls_listener.rpartition(":")
        found[int(port)] = host.strip("[]")
    if mosquitto_conf is not None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            found |= {one.port: one.address for one in read_listeners(mosquitto_conf) if one.tls}
    return found


def _store(url: str, now: float) -> list[Finding]:
    parts = urlsplit(url)
    if parts.scheme != "influxdbs":
        return []
    try:
        host, port = parts.hostname or "", parts.port or DEFAULT_PORT
        shown = presented(host, port)
    except (OSError, ValueError):
        return []
    return [term(Words(f"de la base {host}:{port}", f"of store {host}:{port}"), shown, now)]


def presented(host: str, port: int, context: ssl.SSLContext | None = None) -> Certificate:
    """What a server shows, though nobody would trust it: nothing is told to it. Raises OSError, ValueError."""
    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        return of_der(connection.getpeercert(binary_form=True) or b"")


def own_address(console: ConsoleSettings) -> tuple[str, int]:
    """Where the pages of this machine are asked for."""
    host, port = console.address()
    return here(host), port


def here(host: str) -> str:
    """Where a listener of every address is asked for."""
    return {"0.0.0.0": "127.0.0.1", EVERYWHERE: "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  -- not bound: asked


def _words(fault: Unusable) -> Words:
    return Words(fault.text("fr"), fault.text("en"))
