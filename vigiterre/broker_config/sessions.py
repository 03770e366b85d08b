"""The live sessions of certificates that were revoked: mosquitto (2.0.11) does not end them, so we do.

Whoever connects by a client id ends the session of whoever is there by it. On the listener for certificates a client id
is the device's id, whatever a client says; on the plain one, which is this machine's alone, we may say it.
"""

import asyncio
from collections.abc import Iterable

from vigiterre.broker_config.errors import BrokerRefused
from vigiterre.broker_config.probe import Answer, Login, answer_as
from vigiterre.broker_config.render import Certified
from vigiterre.broker_config.ways import Way
from vigiterre.certificates.authority import serials_in
from vigiterre.credentials.errors import few
from vigiterre.credentials.file import Account

AT_ONCE = 20
RECENT_MS = 86_400_000
"""A day. A command that was killed before it ended the sessions is made again before that."""


def to_end(certified: Certified, accounts: Iterable[Account], before: bytes, now: int) -> list[str]:
    """Devices one of whose certificates is revoked now and was not in the list `before` (PEM).

    And those of the last day that have no way in any more, for whom it costs nothing to be sure. `now` is ms.
    """
    known = _known(before)
    new = {one.name for one in certified.issued if one.revoked is not None and one.serial not in known}
    recent = {one.name for one in certified.issued if one.revoked is not None and one.revoked > now - RECENT_MS}
    may_be_in = certified.names | {one.name for one in accounts}
    return sorted((new & _still_listed(certified)) | (recent - may_be_in))


def end(address: str, ours: Login, names: Iterable[str]) -> None:
    """By the plain listener. Raises BrokerRefused naming those whose session may go on."""
    left = asyncio.run(_end(Way(address), ours, list(names)))
    if left:
        raise BrokerRefused("session_stays", names=few(left), count=len(left))


async def _end(way: Way, ours: Login, names: list[str]) -> list[str]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> bool:
        async with turns:
            return await answer_as(name, way, ours) is Answer.IN

    ended = await asyncio.gather(*map(one, names))
    return [name for name, done in zip(names, ended, strict=True) if not done]


def _known(revocations: bytes) -> frozenset[str]:
    """Nothing is known of a list that cannot be read."""
    try:
        return serials_in(revocations)
    except ValueError:
        return frozenset()


def _still_listed(certified: Certified) -> set[str]:
    """A certificate that ended long ago is not in the list any more, and is nobody's session."""
    listed = serials_in(certified.revocations.encode())
    return {one.name for one in certified.issued if one.serial in listed}
