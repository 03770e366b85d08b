"""Who may do what: mosquitto's access list (`acl_file`), a block for each user; what is not in it is not allowed.

Patterns (`%u`) would be shorter and cannot say in which domain a device is, so each device has its own lines; the cost
is in docs/adr/0054-the-brokers-files-are-derived.md.
"""

from collections.abc import Iterable, Iterator

from devices.registry import Registry
from ingest.live import live_root
from ingest.sources import Sources
from vigiterre.broker_config.errors import BrokerRefused
from vigiterre.credentials.file import Account, Kind

UP, STATE, DOWN = "up", "state", "down"
"""Last levels of a device's topics: its readings, its last will, what is said to it."""
SYS, UPTIME = "$SYS/#", "$SYS/broker/uptime"


def access_list(
    accounts: Iterable[Account], certified: Iterable[str], root: str, registry: Registry, sources: Sources
) -> str:
    """`accounts` in force, and `certified` the devices that come with a certificate; all of them in the registry.

    Raises BrokerRefused.
    """
    rights = {name: _device(name, root, registry) for name in certified}
    rights |= {one.name: _rights(one, root, registry, sources) for one in accounts}
    return "\n".join(f"user {name}\n" + "".join(map(_line, rights[name])) for name in sorted(rights))


def _line(right: str) -> str:
    """A topic of `sources.toml` or `mqtt.root` with a line end in it would be another line of the list."""
    if not right.isprintable():
        raise BrokerRefused("unwritable", line=ascii(right))
    return f"topic {right}\n"


def _rights(account: Account, root: str, registry: Registry, sources: Sources) -> Iterator[str]:
    match account.kind:
        case Kind.DEVICE:
            return _device(account.name, root, registry)
        case Kind.INGEST:
            return _ingest(root, sources)
        case Kind.ALERTS:
            return iter([f"read {live_root(root)}/#"])
        case Kind.BRIDGE:
            return _bridge(account, root, sources)
        case Kind.HEALTH:
            return iter([f"read {UPTIME}"])
        case Kind.PROBE:
            return iter(())


def _device(name: str, root: str, registry: Registry) -> Iterator[str]:
    own = f"{root}/{registry.devices[name].domain}/{name}"
    yield f"write {own}/{UP}"
    yield f"write {own}/{STATE}"
    yield f"read {own}/{DOWN}/#"


def _ingest(root: str, sources: Sources) -> Iterator[str]:
    for one in (f"{root}/#", *sources.filters(), SYS):
        yield f"read {one}"
    yield f"readwrite {live_root(root)}/#"


def _bridge(account: Account, root: str, sources: Sources) -> Iterator[str]:
    """A source whose topic begins with a wildcard would let it speak for our devices; `deny` is looked at first."""
    wanted = account.bridged.sources
    yield f"deny {root}/#"
    yield f"deny {live_root(root)}/#"
    for one in dict.fromkeys(one.filter for one in sources.sources if one.id in wanted and not one.broker):
        yield f"write {one}"
    for one in account.bridged.downlinks:
        yield f"read {one}"
