"""One HTTP request to an address that a configuration names: no redirect, no surprise, not much of an answer.

The name is resolved once, every address it has is looked at, and the connection goes to one of those: a name that
means another address a moment later leads nowhere else (docs/adr/0059).
"""

import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import urllib3

from alerts.notices.trouble import NotSent, cause

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
ANSWER_BYTES = 4_096
EMBEDDING = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))
"""IPv6 addresses whose last 32 bits are one of IPv4: compatible (RFC 4291, 2.5.5.1) and translated (RFC 6052)."""
LOCAL = tuple(map(ip_network, ("192.0.0.0/24", "fec0::/10", "64:ff9b:1::/48", "168.63.129.16")))
"""Taken for global by Python 3.11: of protocols (RFC 6890; Oracle's metadata are there), of one site (RFC 3879),
translated within one network (RFC 8215); and one that is public by its number, but is Azure's host of a machine.
"""


def ask(method: str, url: str, *, body: bytes | None, headers: Mapping[str, str], allow_private: bool) -> None:
    """Returns when the service confirmed (2xx). Raises NotSent."""
    parts = urlsplit(url)
    host, tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    address = _address(host, port, allow_private=allow_private)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _pool(address, port, host, tls=tls) as pool:
        try:
            answer = pool.urlopen(
                method,
                target,
                body=body,
                headers={"Host": parts.netloc.rpartition("@")[2], "User-Agent": "vigiterre", **headers},
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            answer.read(ANSWER_BYTES)
            answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NotSent("unreachable", detail=cause(error)) from None
    if 300 <= answer.status < 400:
        raise NotSent("redirect", status=answer.status)
    if not 200 <= answer.status < 300:
        raise NotSent("refused", status=answer.status)


def _address(host: str, port: int, *, allow_private: bool) -> str:
    addresses = resolved(host, port)
    if not allow_private and not all(map(public, addresses)):
        raise NotSent("private")
    return addresses[0]


def resolved(host: str, port: int) -> list[str]:
    """Every address of a name; numbers are read as any program reads them (`2130706433`, `0x7f.1`). Raises NotSent."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent("unreachable", detail=cause(error)) from None
    return [str(one[4][0]) for one in found]


def public(address: str) -> bool:
    """Whether anybody could reach it: not our own machine, not our own networks, not an address in disguise."""
    ip = _undisguised(ip_address(address.partition("%")[0]))
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in LOCAL)


def _undisguised(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(ip, IPv4Address) or int(ip) <= 1:  # `::` and `::1` are no IPv4 addresses
        return ip
    if any(ip in network for network in EMBEDDING):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def _pool(address: str, port: int, host: str, *, tls: bool) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    if not tls:
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
    return urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=timeout,
        retries=False,
        cert_reqs="CERT_REQUIRED",
        assert_hostname=host,
        server_hostname=host,
    )
