"""The judge: what devices sent and what we acknowledged, against store and quarantine, value by value.

`lost`: we acknowledged it, and the store does not hold all that it must with the right values, nor the quarantine the
rest.
`twice`: stored under two series or at another time too; stored and in quarantine whole; in quarantine more than once.
`lost_by_broker`: the broker confirmed it to the device, we never acknowledged it, and it is nowhere.
`wrong`: a stored value that is not what the device sent (such a message is lost as well).

Not compared: roll-ups, marks and alerts; messages without a time of their own, which a broker's redelivery may double
by design (an undecodable message in quarantine more than once is `again`, and no fault); what `vigiterre` counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields

from chaos.kept import Kept, Point
from chaos.ledger import Key, Kind, Sent, number_of

SHOWN = 20
STORE_REFUSED = "store_refused"


@dataclass
class Result:
    published: int = 0
    acknowledged: int = 0
    stored: int = 0
    quarantined: int = 0
    lost: int = 0
    twice: int = 0
    lost_by_broker: int = 0
    wrong: int = 0
    again: int = 0
    strange: int = 0
    """Points that no device sent."""
    words: list[str] = field(default_factory=list)
    """What is not as it should be, message by message."""

    @property
    def good(self) -> bool:
        return not (self.lost or self.twice or self.wrong or self.strange)

    def numbers(self) -> dict[str, int]:
        names = ("published", "acknowledged", "stored", "quarantined", "lost", "twice", "lost_by_broker")
        return {name: value for name, value in asdict(self).items() if name in names}

    def add(self, other: "Result") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def check(sent: Sequence[Sent], acknowledged: set[Key], kept: Kept) -> Result:
    """Of these messages."""
    result = Result()
    for one in sent:
        _judge(one, one.key in acknowledged, kept, result)
    return result


def strangers(sent: Iterable[Sent], kept: Kept) -> Result:
    """Points at a time that no device gave: a known message stored at another time is there twice."""
    result = Result()
    known = list(sent)
    times = {(one.device, one.time) for one in known if one.kind is not Kind.UNDECODABLE}
    for (device, time), points in kept.points.items():
        if (device, time) in times:
            continue
        n = number_of(points[0].values.get("co2", -1.0))
        again = 0 <= n < len(known) and known[n].device == device
        result.twice += again
        result.strange += not again
        result.words.append(f"a point of {device} at {time} that was not sent: {points[0].values}, of message {n}")
    return result


def _judge(one: Sent, acknowledged: bool, kept: Kept, result: Result) -> None:
    points = kept.points.get((one.device, one.time), []) if one.stored else []
    in_quarantine = kept.quarantined.get(one.key, [])
    refused_by_store = any(STORE_REFUSED in each.reasons for each in in_quarantine)
    right = bool(one.stored) and any(point.values == one.stored for point in points)
    result.published += 1
    result.acknowledged += acknowledged
    result.stored += right
    result.quarantined += bool(in_quarantine)
    if faults := _wrong_values(one, points):
        result.wrong += 1
        result.words.append(f"wrong: {_named(one)}: {faults}")
    _judge_lost(one, acknowledged, _whole(one, right, bool(in_quarantine), refused_by_store), result)
    _judge_twice(one, points, in_quarantine, refused_by_store, result)


def _whole(one: Sent, right: bool, in_quarantine: bool, refused_by_store: bool) -> bool:
    """Whether everything of this message is somewhere."""
    if one.kind is Kind.GOOD:
        return right or in_quarantine
    if one.kind is Kind.UNDECODABLE:
        return in_quarantine
    return in_quarantine and (right or refused_by_store)


def _judge_lost(one: Sent, acknowledged: bool, whole: bool, result: Result) -> None:
    if acknowledged and not whole:
        result.lost += 1
        result.words.append(f"lost: {_named(one)}")
    elif not whole and one.confirmed is not None:
        result.lost_by_broker += 1
        result.words.append(f"lost by broker: {_named(one)}")


def _judge_twice(
    one: Sent, points: Sequence[Point], in_quarantine: Sequence[object], refused_by_store: bool, result: Result
) -> None:
    reasons = []
    if len(points) > 1:
        reasons.append(f"{len(points)} series hold it")
    if points and in_quarantine and (one.kind is Kind.GOOD or refused_by_store):
        reasons.append("stored and in quarantine whole")
    if len(in_quarantine) > 1:
        if one.kind is Kind.UNDECODABLE:
            result.again += 1
        else:
            reasons.append(f"{len(in_quarantine)} times in quarantine")
    if reasons:
        result.twice += 1
        result.words.append(f"twice: {_named(one)}: {', '.join(reasons)}: {in_quarantine}")


def _wrong_values(one: Sent, points: Sequence[Point]) -> str:
    """Each value that is not the device's, and each that should not be there."""
    expected = one.stored
    return "; ".join(
        f"{name} = {value!r}, sent {expected.get(name)!r}"
        for point in points
        for name, value in point.values.items()
        if expected.get(name) != value
    )


def _named(one: Sent) -> str:
    return f"message {one.n} ({one.kind.value}) of {one.device} at {one.time}, given {one.times} times"
