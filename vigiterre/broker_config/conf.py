"""mosquitto.conf, or the piece of it that Debian's own includes from conf.d."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vigiterre.settings import BrokerSettings

MESSAGE_BYTES = 1_048_576
"""One reading is some hundred bytes, a message of a network server a thousand; nobody needs megabytes."""


class Place(NamedTuple):
    """Where a broker has its files and listens; a trial has its own."""

    passwords: Path
    access: Path
    authority: Path
    """Of devices' certificates."""
    revocations: Path
    data: Path | None
    """Where it keeps messages; None: nowhere, and no session outlives it."""
    pid: Path | None
    listener: str
    tls_listener: str
    certificate_listener: str
    """host:port, of this one "" where there is none."""


def configuration(broker: BrokerSettings, place: Place, max_payload: int, *, whole: bool) -> str:
    """`max_payload`: bytes that we take; the broker must not be narrower, or nobody would see what is too large."""
    parts = [_access(place), _keeping(), _limits(max_payload), _plain(broker, place.listener)]
    if broker.cert_file:
        parts.append(_tls(broker, place.tls_listener))
    if place.certificate_listener:
        parts.append(_certificates(broker, place))
    if whole:
        parts.insert(0, _process(broker, place))
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _process(broker: BrokerSettings, place: Place) -> Iterator[str]:
    yield f"user {broker.account}"
    if place.pid:
        yield f"pid_file {place.pid}"
    yield "log_dest stderr"
    yield f"persistence {'true' if place.data else 'false'}"
    if place.data:
        yield f"persistence_location {place.data}/"


def _access(place: Place) -> Iterator[str]:
    yield "allow_anonymous false"
    yield f"password_file {place.passwords}"
    yield f"acl_file {place.access}"


def _keeping() -> Iterator[str]:
    yield "# mosquitto keeps what it confirms only so: its defaults lose every confirmed message on kill -9, and keep"
    yield "# 1,000 messages of an absent subscriber (measured on 2.0.11)."
    yield "autosave_on_changes true"
    yield "autosave_interval 1"
    yield "# 0 is no limit: what waits for an absent subscriber is bounded by the disk."
    yield "max_queued_messages 0"
    yield "persistent_client_expiration 14d"


def _limits(max_payload: int) -> Iterator[str]:
    yield f"message_size_limit {max(MESSAGE_BYTES, max_payload)}"
    yield "max_inflight_messages 20"


def _plain(broker: BrokerSettings, address: str) -> Iterator[str]:
    if broker.in_clear == "containers":
        yield "# In clear, for the containers of one network (broker.in_clear). Publish this port on loopback alone."
    yield from _listener(address)


def _listener(address: str) -> Iterator[str]:
    host, port = split(address)
    yield f"listener {port} {host}"


def _tls(broker: BrokerSettings, address: str) -> Iterator[str]:
    yield from _listener(address)
    yield from _by_tls(broker, broker.ca_file)


def _certificates(broker: BrokerSettings, place: Place) -> Iterator[str]:
    """`cafile` is whose clients are believed here; the broker's own authority has nothing to say of them."""
    yield from _listener(place.certificate_listener)
    yield f"crlfile {place.revocations}"
    yield "require_certificate true"
    yield "use_identity_as_username true"
    yield from _by_tls(broker, place.authority)


def _by_tls(broker: BrokerSettings, ca_file: Path | None) -> Iterator[str]:
    yield "tls_version tlsv1.2"
    if ca_file:
        yield f"cafile {ca_file}"
    yield f"certfile {broker.cert_file}"
    yield f"keyfile {broker.key_file}"
    yield f"max_connections {broker.max_connections}"
    yield "# Whoever connects by another's client id takes its session and all that waits in it, and mosquitto does not"
    yield "# ask whether it is the same user: here a client id is the user name, whatever a client says."
    yield "use_username_as_clientid true"


def split(address: str) -> tuple[str, int]:
    """host:port -> host without brackets, port."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
