"""What speaks without TLS to more than this machine: whoever reads along learns passwords."""

import ipaddress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from vigiterre.broker_config.conf import split
from vigiterre.broker_config.render import WHOLE
from vigiterre.doctor.finding import Finding, ok, warning
from vigiterre.settings import BrokerSettings, ConsoleSettings, Settings

EVERYWHERE = "*"
TLS_KEYS = {"certfile", "psk_hint"}
"""man 5 mosquitto.conf: either makes a listener one of TLS."""
DEFAULT_PORT = 1883


class Listener(NamedTuple):
    """One of a mosquitto.conf."""

    port: int
    address: str
    """`*` is every address."""
    tls: bool


def listeners(settings: Settings, mosquitto_conf: Path | None) -> list[Finding]:
    return [*_pages(settings.console), *_store(settings.store_url), *_mosquitto(mosquitto_conf, settings.broker)]


def _pages(console: ConsoleSettings) -> list[Finding]:
    """The broker's own address is looked at by vigiterre/doctor/broker.py."""
    host, _ = console.address()
    if console.cert_file is not None or console.proxies or on_this_machine(host):
        return []
    return [warning("tls.pages_in_clear", bind=console.bind)]


def _store(url: str) -> list[Finding]:
    parts = urlsplit(url)
    try:
        host = parts.hostname or ""
    except ValueError:
        return []
    if parts.scheme != "influxdb" or on_this_machine(host):
        return []
    return [warning("tls.store_in_clear", host=host)]


def _mosquitto(file: Path | None, broker: BrokerSettings) -> list[Finding]:
    if file is None:
        return []
    try:
        found = read_listeners(file)
    except (OSError, UnicodeDecodeError):  # said by vigiterre/doctor/mosquitto_conf.py
        return []
    open_ones = [one for one in found if not one.tls and not on_this_machine(one.address)]
    if not open_ones:
        return [ok("tls.listeners_right", file=file, count=len(found))]
    meant = _of_containers(broker, file)
    return [_open(file, one, meant=one == meant) for one in open_ones]


def _open(file: Path, one: Listener, *, meant: bool) -> Finding:
    if meant:
        return ok("tls.listener_of_containers", file=file, port=one.port)
    return warning("tls.listener_in_clear", file=file, port=one.port, address=one.address)


def _of_containers(broker: BrokerSettings, file: Path) -> Listener | None:
    """The one that `broker.in_clear` means, in the file that `vigiterre broker` wrote, and nowhere else."""
    if broker.in_clear != "containers" or file.resolve() != (broker.folder / WHOLE).resolve():
        return None
    host, port = split(broker.listener)
    return Listener(port, host, tls=False)


def read_listeners(file: Path) -> list[Listener]:
    """All of a mosquitto.conf, `include_dir` followed. Raises OSError, UnicodeDecodeError.

    What stands before the first `listener` line is of the default one, which mosquitto 2 keeps to this machine unless
    `port` or `bind_address` is given. A Unix socket is `listener 0 PATH`.
    """
    default: dict[str, str] = {}
    blocks = [default]
    for key, value in _lines(file):
        if key == "listener":
            port, _, address = value.partition(" ")
            blocks.append({"port": port, "bind_address": address.strip() or EVERYWHERE})
        else:
            blocks[-1][key] = value
    if "port" in default or "bind_address" in default:
        default.setdefault("bind_address", EVERYWHERE)
    elif len(blocks) > 1:
        blocks = blocks[1:]
    return [one for one in map(_listener, blocks) if one is not None]


def _listener(block: dict[str, str]) -> Listener | None:
    port = block.get("port", str(DEFAULT_PORT))
    if not port.isdecimal() or int(port) == 0:  # mosquitto refuses the first; the second is a Unix socket
        return None
    address = block.get("bind_address", "127.0.0.1")
    return Listener(int(port), address, tls=bool(TLS_KEYS & block.keys()))


def _lines(file: Path) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        key, _, value = line.strip().partition(" ")
        if key == "include_dir":
            for included in sorted(Path(value.strip()).glob("*.conf")):
                found += _lines(included)
        elif key and not key.startswith("#"):
            found.append((key, value.strip()))
    return found


def on_this_machine(host: str) -> bool:
    """A loopback address, or its name; "" is nowhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")
