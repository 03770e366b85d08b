"""The names that marks carry, for people and for the filters of dashboards."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from territory import MODEL, QUANTITIES, device

from devices.device import Placement
from devices.mark import labelled, placed
from devices.reading import Series
from devices.registry import registry_of
from devices.schema import ALERT, FLEET, LONGEST_TAG

OLD = Placement("old", "Old school", "03190", None, None, None, until=1_000)
NOW = Placement("new", "New school", "03254", None, None, None, since=1_000)
MOVED = replace(device("d1"), placements=(OLD, NOW))
REGISTRY = registry_of(QUANTITIES, [MODEL], [MOVED, device("d2")], {"03190": "Moulins"})


def test_a_mark_carries_the_names_of_the_place_where_the_device_stood_then() -> None:
    profile = REGISTRY.profiles["d1"]
    before, after = (dict(placed(FLEET, profile.series_at(time), REGISTRY)) for time in (999, 1_000))
    assert (before["site"], before["label"], before["town"]) == ("old", "Old school (d1)", "Moulins (03190)")
    assert (after["site"], after["label"], after["town"]) == ("new", "New school (d1)", "03254 (03254)")
    assert [profile.place_at(time).site for time in (0, 999, 1_000)] == ["old", "old", "new"]


def test_a_device_that_is_gone_is_called_by_its_site() -> None:
    gone = Series("road", "d9", "station", "bridge", "")
    assert placed(ALERT, gone, REGISTRY, rule="ice", title="Ice") == (
        *(("device", "d9"), ("model", "station"), ("site", "bridge"), ("domain", "road")),
        *(("label", "bridge (d9)"), ("rule", "ice"), ("title", "Ice")),
    )


@given(st.text(max_size=400), st.text("abc-_0", min_size=1, max_size=64))
def test_however_long_a_name_is_the_id_in_parentheses_stays_whole(name: str, identifier: str) -> None:
    label = labelled(name, identifier)
    assert label.endswith(f" ({identifier})")
    assert len(label) <= LONGEST_TAG
