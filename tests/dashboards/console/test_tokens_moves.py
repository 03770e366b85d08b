"""Devices that move: a token reads what anybody would of a territory where nothing outside its scope ever happened.

Another world is made for each example, by rules of its own: only the devices that stand in the scope today, and of each
only what is of a time when it stood there. What the token reads of the true one must be that, letter by letter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scoped import COMMUNES, CSV, GEOJSON, HOUR, NOW, OWNERS, RULE, Reader, Refusal, World
from territory import MODEL, QUANTITIES

from alerts.alert import Alert, Transition, What
from alerts.rule import Level
from dashboards.console.access import EVERYTHING, Scope
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.present import Present
from devices.device import DOMAINS, Device, Placement
from devices.reading import Reading
from devices.registry import registry_of
from devices.schema import RAW, ROLLUP
from stores.memory import MemoryStore
from stores.port import Point
from stores.rollup import roll_up

HALF = HOUR // 2
SLOTS = 60
"""Half-hours that end now: moves, values, alerts and refusals are at their edges, and a moment before."""
SERIES = "/series?quantity=surface&from=2026-11-24T00:00:00Z"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with Accounts(tmp_path_factory.mktemp("moves")) as accounts, Reader(accounts) as served:
        yield served


MOMENTS = st.builds(lambda slot, before: NOW - slot * HALF - before, st.integers(0, SLOTS), st.sampled_from([0, 1]))


@dataclass(frozen=True)
class Happened:
    """All of one example."""

    devices: Sequence[Device]
    readings: Sequence[tuple[int, int]]
    """(device, time)"""
    alerts: Sequence[tuple[int, Sequence[int], bool]]
    """(device, three times or more, whether it is open)"""
    refusals: Sequence[tuple[int, int]]


@st.composite
def devices_that_move(draw: st.DrawFn, number: int) -> Device:
    """Through up to four communes, to and fro, with and without a gap between two."""
    slots = sorted(draw(st.sets(st.integers(1, SLOTS), max_size=3)), reverse=True)
    untils = [NOW - slot * HALF for slot in slots]
    sinces = [until + draw(st.sampled_from([0, HALF // 2])) for until in untils]
    communes = [draw(st.sampled_from(COMMUNES[:2])) for _ in range(len(slots) + 1)]
    places = tuple(
        Placement(f"site-{at}", f"Place {at} of {code}", code, 46.5, 3.3, None, since, until)
        for at, (code, since, until) in enumerate(zip(communes, [None, *sinces], [*untils, None], strict=True))
    )
    owner, domain = draw(st.sampled_from(OWNERS)), draw(st.sampled_from(DOMAINS))
    return Device(f"d{number}", MODEL.id, domain, owner, "", (), {}, places)


@st.composite
def happenings(draw: st.DrawFn) -> Happened:
    devices = [draw(devices_that_move(number)) for number in range(draw(st.integers(1, 3)))]
    which = st.integers(0, len(devices) - 1)
    times = st.lists(MOMENTS, min_size=3, max_size=5).map(sorted)
    return Happened(
        devices,
        draw(st.lists(st.tuples(which, MOMENTS), unique=True, max_size=15)),
        draw(st.lists(st.tuples(which, times, st.booleans()), min_size=1, max_size=4)),
        draw(st.lists(st.tuples(which, MOMENTS), max_size=6)),
    )


def some(values: Sequence[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([one for one in values if one]), max_size=2)


RARELY = st.one_of(*[st.just(frozenset[str]())] * 3, some(DOMAINS))
SCOPES = st.builds(Scope, RARELY, some(COMMUNES[:2]), st.one_of(*[st.just(frozenset[str]())] * 3, some(OWNERS)))


# -- the true world


def true_world(world: World, happened: Happened) -> None:
    devices, profiles = happened.devices, registry_of(QUANTITIES, [MODEL], happened.devices).profiles
    world.registry = registry_of(QUANTITIES, [MODEL], devices)
    ids = [device.id for device in devices]
    world.readings = [
        Reading(profiles[ids[at]].series_at(time), time, {"surface": time % 997 / 10}) for at, time in happened.readings
    ]
    world.alerts, world.steps = [], {}
    for number, (at, times, is_open) in enumerate(happened.alerts, 1):
        series = profiles[ids[at]].series_at(times[1])
        end = None if is_open else times[-1]
        alert = Alert(
            number, RULE.id, series, Level.WARNING, Level.CRITICAL, times[1], times[0], end, "surface", times[-1] / 7
        )
        world.alerts.append(replace(alert, seen=times[-1], ended=0 if is_open else NOW))
        world.steps[number] = [Transition(number, time, time, What.LEVEL, Level.INFO, time / 3) for time in times]
        world.steps[number].append(Transition(number, NOW, NOW, What.ACKNOWLEDGED, Level.INFO, None, "anne"))
    world.refusals = [Refusal(ids[at], "schema", time) for at, time in happened.refusals]
    fill(world, world.readings)


def fill(world: World, readings: Sequence[Reading]) -> None:
    """The store with these, and every hour rolled up, by series as the roller does."""
    world.present, world.store = Present(), MemoryStore()
    world.present.take(sorted(readings, key=lambda one: one.time))
    world.store.write(list(readings))
    for hour, series in {(one.time // HOUR * HOUR, one.series) for one in readings}:
        within = [one for one in readings if one.series == series and one.time // HOUR * HOUR == hour]
        world.store.write_rollups(roll_up(within, world.registry.quantities, hour))


# -- the smaller one, by rules of its own


def commune_at(device: Device, time: int) -> str:
    """The first place that is not over yet: the law of devices/registry.py, read aloud."""
    return next(place.commune for place in device.placements if place.until is None or time < place.until)


def always_within(device: Device, scope: Scope, first: int, last: int) -> bool:
    """From `first` to `last`, both included."""
    moves = [place.until for place in device.placements if place.until is not None]
    looked_at = [first, last, *(move for move in moves if first <= move <= last)]
    return all(not scope.communes or commune_at(device, time) in scope.communes for time in looked_at)


def smaller_world(world: World, happened: Happened, scope: Scope) -> None:
    """What `true_world` made becomes what the scope allows of it."""
    inside = {
        one.id: one
        for one in happened.devices
        if scope.holds(one.domain, commune_at(one, NOW), one.owner)
    }  # fmt: skip

    def allowed(device: str, first: int, last: int) -> bool:
        return device in inside and always_within(inside[device], scope, first, last)

    newest = newest_of(world.readings)
    shown = [one for one in world.readings if allowed(one.series.device, one.time, one.time)]
    world.registry = registry_of(QUANTITIES, [MODEL], [without_elsewhere(one, scope) for one in inside.values()])
    fill(world, shown)
    world.present = Present()
    world.present.take([one for one in shown if newest[one.series.device] == one.time])
    whole_hours = [
        one
        for one in world.readings
        if allowed(one.series.device, one.time // HOUR * HOUR, one.time // HOUR * HOUR + HOUR - 1)
    ]  # fmt: skip
    hours = World(registry=world.registry)
    fill(hours, whole_hours)
    world.store = Halves(world.store, hours.store)
    world.alerts = [
        one
        for one in world.alerts
        if allowed(one.series.device, one.raised, one.seen)
        and (not scope.communes or one.series.commune in scope.communes)
    ]
    world.steps = {
        one.id: [
            step
            for step in world.steps[one.id]
            if step.value is None or allowed(one.series.device, step.time, step.time)
        ]
        for one in world.alerts
    }
    world.refusals = [one for one in world.refusals if allowed(one.device, one.received, one.received)]


class Halves(MemoryStore):
    """Raw values of one store, roll-ups of another."""

    def __init__(self, raw: MemoryStore, rolled: MemoryStore) -> None:
        super().__init__()
        self.raw, self.rolled = raw, rolled

    def points(self, device: str, quantity: str, start: int, end: int, policy: str = RAW) -> list[Point]:
        return (self.rolled if policy == ROLLUP else self.raw).points(device, quantity, start, end, policy)


def newest_of(readings: Sequence[Reading]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in readings:
        found[one.series.device] = max(one.time, found.get(one.series.device, 0))
    return found


def without_elsewhere(device: Device, scope: Scope) -> Device:
    places = tuple(one for one in device.placements if not scope.communes or one.commune in scope.communes)
    return replace(device, placements=places)


def paths(happened: Happened) -> Iterator[tuple[str, dict[str, str]]]:
    """Every list, series, newest value, count and file; of every device and alert, whoever may see it."""
    for kind in ({}, CSV, GEOJSON):
        yield "/devices?limit=1000", kind
    for kind in ({}, CSV):
        yield from ((path, kind) for path in ("/latest?limit=1000", "/alerts?limit=1000", "/alerts?open=true"))
    yield from (
        (path, {}) for path in ("/quarantine/counts", "/quarantine/counts?reason=schema", "/devices?state=late")
    )
    yield from ((path, {}) for path in ("/devices?q=place", "/devices?commune=03190", "/devices?state=late"))
    for device in happened.devices:
        one = f"/devices/{device.id}"
        yield from ((one, kind) for kind in ({}, GEOJSON))
        for kind in ({}, CSV):
            yield f"{one}/latest", kind
            yield from ((f"{one}{SERIES}&step={step}", kind) for step in ("raw", "1h", "1d"))
        yield f"{one}{SERIES}&step=1h&aggregate=count", {}
        yield f"/alerts?device={device.id}", {}
        yield f"/quarantine/counts?device={device.id}", {}
    yield from ((f"/alerts/{number}", {}) for number in range(1, len(happened.alerts) + 2))


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings(), SCOPES)
def test_a_token_reads_as_if_nothing_outside_of_its_scope_had_ever_happened(
    reader: Reader, happened: Happened, scope: Scope
) -> None:
    assume(scope != EVERYTHING)
    asked = list(paths(happened))
    true_world(reader.world, happened)
    read = [reader.read(path, scope, **kind) for path, kind in asked]
    smaller_world(reader.world, happened, scope)
    wanted = [reader.read(path, EVERYTHING, **kind) for path, kind in asked]
    for (path, kind), part, whole in zip(asked, read, wanted, strict=True):
        assert (part.status, part.body) == (whole.status, whole.body), (path, kind)


def moved_there_and_back() -> Device:
    """In the first commune, five hours ago in the second, three hours ago back again."""
    a, b, *_ = COMMUNES
    untils = [NOW - 5 * HOUR, NOW - 3 * HOUR, None]
    sinces = [None, *untils[:-1]]
    places = [
        Placement(f"site-{at}", f"Place {at}", code, 46.5, 3.3, None, since, until)
        for at, (code, since, until) in enumerate(zip((a, b, a), sinces, untils, strict=True))
    ]
    return Device("d0", MODEL.id, "road", "", "", (), {}, tuple(places))


def hours_ago(*hours: int) -> list[int]:
    return [NOW - hour * HOUR for hour in hours]


def test_an_alert_that_went_on_elsewhere_is_not_told_and_one_that_ended_before_is(reader: Reader) -> None:
    lasting, over, elsewhere = hours_ago(7, 6, 4), hours_ago(9, 8, 7), hours_ago(4, 4, 4)
    happened = Happened([moved_there_and_back()], [], [(0, lasting, True), (0, over, False), (0, elsewhere, False)], [])
    true_world(reader.world, happened)
    here = Scope(communes=frozenset({COMMUNES[0]}))
    assert [one["id"] for one in reader.json("/alerts", here)["items"]] == [2]
    assert [reader.read(f"/alerts/{number}", here).status for number in (1, 2, 3)] == [404, 200, 404]


def test_of_a_history_no_value_of_elsewhere_is_told(reader: Reader) -> None:
    true_world(reader.world, Happened([moved_there_and_back()], [], [(0, hours_ago(9, 8, 7), False)], []))
    corrected = Transition(1, NOW - 4 * HOUR, NOW, What.CORRECTED, Level.INFO, 41.0)
    reader.world.steps = {1: [*reader.world.steps[1], corrected]}
    told = reader.json("/alerts/1", Scope(communes=frozenset({COMMUNES[0]})))["history"]
    assert len(told) == 4, "three values of here, and who acknowledged"
    assert 41.0 not in [one["value"] for one in told]
    assert 41.0 in [one["value"] for one in reader.json("/alerts/1")["history"]]


def test_refusals_are_counted_while_it_stood_there(reader: Reader) -> None:
    refusals = [(0, time) for time in hours_ago(6, 4, 4, 2)]
    true_world(reader.world, Happened([moved_there_and_back()], [], [], refusals))
    assert reader.json("/quarantine/counts", Scope(communes=frozenset({COMMUNES[0]})))["total"] == 2
    assert reader.json("/quarantine/counts")["total"] == 4


def test_a_device_that_left_takes_its_history_along(reader: Reader) -> None:
    device = moved_there_and_back()
    gone = replace(device, placements=(*device.placements[:1], replace(device.placements[1], until=None)))
    true_world(reader.world, Happened([gone], [(0, NOW - 6 * HOUR)], [], []))
    here = Scope(communes=frozenset({COMMUNES[0]}))
    assert reader.read(f"/devices/d0{SERIES}", here).status == 404
    assert reader.json("/latest", here)["items"] == []
