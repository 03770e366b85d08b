"""What is believed of a request: whence it comes, by which name, and whether it was meant for us. Pure."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request

Reading = Literal["auto", "all", "signed-in"]
Secure = Literal["auto", "always", "never"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers by which a proxy gives itself away."""


@dataclass(frozen=True)
class Trust:
    bound: str
    """The host we listen on."""
    reading: Reading = "auto"
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Whose X-Forwarded-* are believed."""
    public_url: str = ""
    secure_cookies: Secure = "auto"

    def private(self) -> bool:
        """Nobody but people on this machine can come, if the settings say all there is."""
        public = urlsplit(self.public_url).hostname or ""
        return self.bound in LOOPBACK and not self.proxies and public in LOOPBACK | {""}

    def local(self, request: Request) -> bool:
        """It comes from this machine and was meant for it: neither a proxy nor another site's name is in it."""
        return self.private() and not _forwarded(request) and bare(_header(request, "host")) in LOOPBACK

    def readable(self, request: Request) -> bool:
        """Reading is open to whoever sends it."""
        return self.reading == "all" or (self.reading == "auto" and self.local(request))

    def misdirected(self, request: Request) -> bool:
        """By a name that is not ours to where only people on this machine come: how a web page attacks a server there.

        With a proxy's mark in it, it is an ordinary request that has to sign in.
        """
        guarded = self.reading == "auto" and self.private() and not _forwarded(request)
        return guarded and bare(_header(request, "host")) not in LOOPBACK

    def client(self, request: Request) -> str:
        """The address it comes from, beyond the proxies that are believed."""
        at = request.client.host if request.client else ""
        hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        for hop in reversed(hops):
            found = _address(hop.strip())
            if found is None or not self._believes(at):
                break
            at = str(found)
        return at

    def host(self, request: Request) -> str:
        """`name` or `name:port`, as the browser knows us."""
        return (self._told(request, "x-forwarded-host") or _header(request, "host")).lower()

    def secure(self, request: Request) -> bool:
        """Cookies are for https alone."""
        if self.secure_cookies != "auto":
            return self.secure_cookies == "always"
        return self._by_https(request) or self.public_url.startswith("https:")

    def strict(self, request: Request) -> bool:
        """By https, under the name that the settings call ours: browsers may be told to insist on https there."""
        public = urlsplit(self.public_url)
        return public.scheme == "https" and self._by_https(request) and bare(self.host(request)) == public.hostname

    def address(self, request: Request) -> str:
        """Of our pages, for links to them: the one that is set, else the one by which the request came."""
        if self.public_url:
            return self.public_url
        host, server = self.host(request), request.scope.get("server") or (self.bound, None)
        if not bare(host):
            host = ":".join(str(part) for part in server if part)
        return f"{'https' if self._by_https(request) else 'http'}://{host}"

    def same_origin(self, request: Request) -> bool:
        """Not sent by a page of another site, as far as the browser tells."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("origin")
        if origin is None:
            return True
        sender = urlsplit(origin).netloc.lower() if origin.isprintable() else ""
        return bool(sender) and sender in (self.host(request), urlsplit(self.public_url).netloc.lower())

    def _by_https(self, request: Request) -> bool:
        return "https" in (request.url.scheme, self._told(request, "x-forwarded-proto"))

    def _told(self, request: Request, name: str) -> str:
        peer = request.client.host if request.client else ""
        return _header(request, name).rpartition(",")[2].strip() if self._believes(peer) else ""

    def _believes(self, peer: str) -> bool:
        address = _address(peer)
        return address is not None and any(address in network for network in self.proxies)


def own_path(text: str) -> str:
    """Where to go on after the sign-in: a path of ours, or `/`. No other site, no second header."""
    plain = text.isascii() and text.isprintable() and "\\" not in text and len(text) <= 2_000
    ours = plain and text.startswith("/") and not text.startswith("//")
    return text if ours and text.partition("?")[0] not in ("/sign-in", "/sign-out") else "/"


def bare(host: str) -> str:
    """`localhost` of `localhost:8080`, `::1` of `[::1]:8080`; "" of what is no host."""
    try:
        parts = urlsplit(f"//{host}")
        whole = parts.netloc == host and parts.port != 0  # reading the port checks it
    except ValueError:
        return ""
    return (parts.hostname or "") if whole else ""


def _forwarded(request: Request) -> bool:
    return any(name in request.headers for name in FORWARDED)


def _header(request: Request, name: str) -> str:
    return request.headers.get(name, "").strip()


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Of `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443`; what IPv6 wraps is unwrapped."""
    plain = text[1:].partition("]")[0] if text.startswith("[") else text
    if plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain)
    except ValueError:
        return None
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found
