"""Whose live session `vigiterre broker apply` ends: theirs whose certificate it revokes, and nobody's else."""

from hypothesis import given
from hypothesis import strategies as st

from vigiterre.broker_config.render import Certified
from vigiterre.broker_config.sessions import RECENT_MS, to_end
from vigiterre.certificates.authority import Authority
from vigiterre.certificates.register import Issued
from vigiterre.credentials.file import NOT_BRIDGED, Account, Kind

NOW = 1_795_435_200_000
AUTHORITY = Authority.founded(NOW)
NAMES = ("device-a", "device-b", "device-c")


@st.composite
def registers(draw: st.DrawFn) -> tuple[Issued, ...]:
    ages = st.none() | st.integers(0, 3 * RECENT_MS)
    drawn = draw(st.lists(st.tuples(st.sampled_from(NAMES), ages), max_size=8))
    return tuple(
        Issued(f"{number + 1:040x}", name, "", NOW - 10 * RECENT_MS, NOW + 1, None if age is None else NOW - age)
        for number, (name, age) in enumerate(drawn)
    )


def certified(issued: tuple[Issued, ...]) -> Certified:
    listed = [one.serial for one in issued if one.revoked is not None]
    good = frozenset(one.name for one in issued if one.good(NOW))
    return Certified("", AUTHORITY.revocations(listed, 2, NOW), issued, good)


def before(issued: tuple[Issued, ...], since: int) -> bytes:
    """The list as it was `since` ms ago."""
    listed = [one.serial for one in issued if one.revoked is not None and one.revoked <= NOW - since]
    return AUTHORITY.revocations(listed, 1, NOW).encode()


@given(registers(), st.integers(0, 3 * RECENT_MS), st.sets(st.sampled_from(NAMES)))
def test_who_was_revoked_since_the_list_before_is_ended_and_who_may_be_in_is_not(
    issued: tuple[Issued, ...], since: int, passwords: set[str]
) -> None:
    accounts = [Account(name, Kind.DEVICE, "", NOW, NOW, None, NOT_BRIDGED) for name in passwords]
    ended = to_end(certified(issued), accounts, before(issued, since), NOW)
    revoked = {one.name for one in issued if one.revoked is not None}
    newly = {one.name for one in issued if one.revoked is not None and one.revoked > NOW - since}
    welcome = {one.name for one in issued if one.revoked is None} | passwords
    assert ended == sorted(set(ended))
    assert newly <= set(ended) <= revoked
    assert not (set(ended) & welcome - newly)


@given(registers())
def test_a_list_before_that_nobody_can_read_is_no_list(issued: tuple[Issued, ...]) -> None:
    found = certified(issued)
    revoked = sorted({one.name for one in issued if one.revoked is not None})
    assert to_end(found, [], b"", NOW) == to_end(found, [], b"not a list", NOW) == revoked
