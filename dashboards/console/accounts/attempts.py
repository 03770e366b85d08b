"""How often somebody may try a password: a little at once, then after waits that double. In memory, and bounded.

Every try counts from its beginning, so that many at the same time are many. Nobody is locked out for ever: the wait
has a limit, and who signed in from an address before is not kept out there by what others try elsewhere.
"""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from threading import Lock

from dashboards.console.accounts.users import key

FREE_FOR_NAME, FREE_FOR_ADDRESS = 5, 20
"""Failed tries without a wait. Behind one address there may be a whole office."""
LONGEST_MS = 300_000
FORGOTTEN_MS = 3_600_000
"""After so long without a try."""
REMEMBERED = 10_000
"""Names, addresses, and pairs of both."""


@dataclass
class _Count:
    tries: int = 0
    last: int = 0

    def wait(self, free: int, now: int) -> int:
        if self.tries < free:
            return 0
        pause: int = min(1_000 * 2 ** min(self.tries - free, 30), LONGEST_MS)
        return max(0, self.last + pause - now)


class Attempts:
    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        """Names with the addresses they came from."""

    def begin(self, name: str, address: str, now: int) -> int:
        """0 when a password may be looked at, which counts; else how long to wait, ms."""
        with self._lock:
            counts = self._of(name, address, now)
            wait = max(count.wait(free, now) for count, free in counts)
            if not wait:
                for count, _free in counts:
                    count.tries += 1
                    count.last = now
            return wait

    def succeeded(self, name: str, address: str, now: int) -> None:
        """The name begins anew; for the address this one try is taken back, lest one account excuses all others."""
        with self._lock:
            (named, _), (addressed, _) = self._of(name, address, now)
            named.tries = 0
            addressed.tries = max(0, addressed.tries - 1)
            self._known[key(name), network(address)] = None
            self._known.move_to_end((key(name), network(address)))
            _bound(self._known)

    def undo(self, name: str, address: str, now: int) -> None:
        """The password could not be looked at."""
        with self._lock:
            for count, _free in self._of(name, address, now):
                count.tries = max(0, count.tries - 1)

    def _of(self, name: str, address: str, now: int) -> tuple[tuple[_Count, int], tuple[_Count, int]]:
        pair = (key(name), network(address))
        named = pair if pair in self._known else (key(name), "")
        return (self._count(named, now), FREE_FOR_NAME), (self._count(("", pair[1]), now), FREE_FOR_ADDRESS)

    def _count(self, who: tuple[str, str], now: int) -> _Count:
        count = self._counts.setdefault(who, _Count())
        if now - count.last > FORGOTTEN_MS:
            count.tries = 0
        self._counts.move_to_end(who)
        _bound(self._counts)
        return count


def _bound(table: OrderedDict[tuple[str, str], _Count] | OrderedDict[tuple[str, str], None]) -> None:
    while len(table) > REMEMBERED:
        table.popitem(last=False)


def network(address: str) -> str:
    """An IPv6 customer has 2**64 addresses: they are one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(int(found) >> 64) if isinstance(found, IPv6Address) and not found.ipv4_mapped else str(found)
