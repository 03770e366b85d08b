"""One HTTP request to an address that a configuration names: no redirect, no surprise, not much of an answer.

The name is resolved once, every address it has is looked at, and the connection goes to one of those: a name that
means another address a moment later leads nowhere else.
"""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import urllib3

from alerts.notices.trouble import NotSent, cause

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
ANSWER_BYTES = 4_096


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
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent("unreachable", detail=cause(error)) from None
    addresses = [str(one[4][0]) for one in found]
    if not allow_private and any(not public(address) for address in addresses):
        raise NotSent("private")
    return addresses[0]


def public(address: str) -> bool:
    """Whether anybody could reach it: not our own machine, not our own networks, not an address in disguise."""
    ip = ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return (mapped or ip).is_global and not ip.is_multicast


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
