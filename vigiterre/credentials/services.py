"""What an account of a service may be called, and what a bridge may be allowed."""

from collections.abc import Iterable

from devices.device import DEVICE_ID
from devices.problems import near
from devices.registry import Registry
from ingest.live import live_root
from ingest.sources import Sources
from vigiterre.credentials.errors import CredentialRefused
from vigiterre.credentials.file import Bridged, Kind

RESERVED = "vigiterre-probe-"
"""Names that `vigiterre broker apply` makes for a moment."""


def check_name(name: str, registry: Registry) -> None:
    """Raises CredentialRefused."""
    if not DEVICE_ID.fullmatch(name) or name.startswith(RESERVED):
        raise CredentialRefused("bad_name", name=name, prefix=RESERVED)
    if name in registry.devices:
        raise CredentialRefused("is_device", name=name)


def check_bridged(kind: Kind, bridged: Bridged, sources: Sources, root: str) -> None:
    """Raises CredentialRefused."""
    if kind is not Kind.BRIDGE:
        if any(bridged):
            raise CredentialRefused("only_bridges")
        return
    ours = [one.id for one in sources.sources if not one.broker]
    if not bridged.sources:
        raise CredentialRefused("bridge_needs_sources", known=near("", ours))
    for name in bridged.sources:
        if name not in ours:
            raise CredentialRefused("no_source", name=name, known=near(name, ours))
    _check_downlinks(bridged.downlinks, root)


def _check_downlinks(filters: Iterable[str], root: str) -> None:
    closed = (root, live_root(root))
    for one in filters:
        levels = one.split("/")
        begins_well = levels[0] not in ("", "+", "#") and not one.startswith("$")
        wild = all(level in ("+", "#") or not set(level) & {"+", "#"} for level in levels) and "#" not in levels[:-1]
        ours = any(f"{one}/".startswith(f"{first}/") for first in closed)
        if not (begins_well and wild and one.isprintable()) or ours:
            raise CredentialRefused("bad_downlink", filter=one, root=root, live=live_root(root))
