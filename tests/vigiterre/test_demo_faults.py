"""The mistakes made on purpose; that each is refused for its reason is shown by tests/system/test_demo.py."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from devices.load import load_registry
from devices.reading import Reason
from vigiterre.demo.faults import NOT_MADE, faults, mistakes, played_field
from vigiterre.demo.local_time import DAY_MS
from vigiterre.demo.players import Player, load_players

CONFIG = Path(__file__).parent.parent.parent / "config"
REGISTRY = load_registry(CONFIG)
LARGEST = 10_000
PLAYERS = load_players(CONFIG, REGISTRY, "vigiterre")
NOW = 1_795_608_000_000
times = st.integers(NOW, NOW + 365 * DAY_MS)
players = st.sampled_from(PLAYERS)


@given(times)
def test_there_is_one_mistake_for_each_reason_then_one_reading_twice(now: int) -> None:
    sent = list(faults(PLAYERS, REGISTRY, LARGEST, now))
    assert len(sent) == len(Reason) - 2 + 2, "no store of the demonstration refuses, and it has no limits"
    assert sent[-1] == sent[-2]


@given(times, players)
def test_no_two_mistakes_are_alike_and_only_one_is_too_large(now: int, player: Player) -> None:
    made = mistakes(player, *played_field(player, REGISTRY, now), LARGEST, now)
    assert set(made) == set(Reason) - NOT_MADE
    assert len(set(made.values())) == len(made)
    assert [reason for reason, (_, body) in made.items() if len(body) > LARGEST] == [Reason.TOO_LARGE]


@given(times, players)
def test_a_mistake_is_made_in_something_the_device_plays(now: int, player: Player) -> None:
    field, rule = played_field(player, REGISTRY, now)
    assert rule.quantity in player.source.at(now)
    _, body = mistakes(player, field, rule, LARGEST, now)[Reason.OUT_OF_RANGE]
    [value] = json.loads(body)["values"].values()
    assert not rule.minimum <= value * rule.scale + rule.offset <= rule.maximum


def test_a_territory_of_unreliable_clocks_makes_no_mistakes() -> None:
    unreliable = [one for one in PLAYERS if REGISTRY.profiles[one.device].model.clock == "unreliable"]
    assert list(faults(unreliable, REGISTRY, LARGEST, NOW)) == []
