"""Mistakes made on purpose, one for each reason to refuse, so that the quarantine has something to show.

Two are missing: `store_refused` takes a store that refuses, `too_often` a limit, and the demonstration has neither.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from devices.reading import Reason
from devices.registry import FieldRule, Registry
from vigiterre.demo.local_time import DAY_MS
from vigiterre.demo.players import Player, rfc3339

UNKNOWN = "capteur-inconnu"
NOT_MADE = frozenset({Reason.STORE_REFUSED, Reason.TOO_OFTEN})


class Fault(NamedTuple):
    player: Player
    """Whose connection sends it."""
    topic: str
    payload: bytes


def faults(players: Sequence[Player], registry: Registry, largest: int, now: int) -> Iterator[Fault]:
    """One message for each reason, then one reading twice. Made at this time, ms.

    `largest` is the size, bytes, above which a payload is refused. The senders have a clock that is taken at its word:
    a device whose clock is unreliable is forgiven a time in the future.
    """
    reliable = [player for player in players if registry.profiles[player.device].model.clock == "reliable"]
    if not reliable:
        return
    reasons = [reason for reason in Reason if reason not in NOT_MADE]
    for index, reason in enumerate(reasons):
        player = reliable[index % len(reliable)]
        field, rule = played_field(player, registry, now)
        yield Fault(player, *mistakes(player, field, rule, largest, now)[reason])
    player = reliable[0]
    again = player.current(now)
    if again is not None:  # the first of the two is a reading like any other
        yield from [Fault(player, player.topic, player.payload([again]))] * 2


def played_field(player: Player, registry: Registry, now: int) -> tuple[str, FieldRule]:
    """The first field that the device plays: a mistake in one that it never sends would look like another mistake."""
    fields, played = registry.profiles[player.device].fields, player.source.at(now)
    return next((name, rule) for name, rule in fields.items() if rule.quantity in played)


def mistakes(player: Player, field: str, rule: FieldRule, largest: int, now: int) -> Mapping[Reason, tuple[str, bytes]]:
    """Reason -> (topic, payload) of a message that is refused for it; `field` and `rule` are one of the player's."""
    middle = ((rule.minimum + rule.maximum) / 2 - rule.offset) / rule.scale
    beyond = (rule.maximum + 10 * (rule.maximum - rule.minimum) - rule.offset) / rule.scale
    topic, time = player.topic, rfc3339(now)
    right = reading(time, field, middle)
    return {
        Reason.UNKNOWN_DEVICE: (topic.replace(f"/{player.device}/", f"/{UNKNOWN}/"), right),
        Reason.UNDECODABLE: (topic, b'{"time": "\xff\xfe, "values"'),
        Reason.SCHEMA: (topic, reading(time, field, f"{middle:.1f}")),
        Reason.UNKNOWN_QUANTITY: (topic, reading(time, "humeur", middle)),
        Reason.OUT_OF_RANGE: (topic, reading(time, field, beyond)),
        Reason.NOT_FINITE: (topic, reading(time, field, float("nan"))),
        Reason.CLOCK_FUTURE: (topic, reading(rfc3339(now + 2 * DAY_MS), field, middle)),
        Reason.TOO_OLD: (topic, reading("1970-01-01T00:00:00Z", field, middle)),
        Reason.TOO_LARGE: (topic, right + b" " * largest),
        Reason.WRONG_TOPIC: (topic.removesuffix("up") + "mesures", right),
    }


def reading(time: str, field: str, value: float | str) -> bytes:
    return json.dumps({"time": time, "values": {field: value}}).encode()
