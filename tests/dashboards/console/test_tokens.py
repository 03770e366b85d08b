"""Tokens with a scope: whatever one can read is what the whole shows, without what is outside of its scope."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from consoles import console_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scoped import API, COMMUNES, CSV, GEOJSON, HOUR, NOW, OWNERS, Reader, Refusal, device_of

from dashboards.console.access import EVERYTHING, Role, Scope
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.api.room import Room
from dashboards.console.api.within import REMEMBERED, Rooms
from dashboards.console.fleet import FleetInForce
from devices.device import DOMAINS


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with Accounts(tmp_path_factory.mktemp("tokens")) as accounts, Reader(accounts) as served:
        yield served


def some(values: Sequence[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([one for one in values if one]), max_size=2)


STANDING = st.tuples(st.sampled_from(DOMAINS), st.sampled_from(OWNERS), st.sampled_from(COMMUNES))
SCOPES = st.builds(Scope, some(DOMAINS), some(COMMUNES), some(OWNERS))
HOURS = st.lists(st.integers(0, 20), unique=True, max_size=4)
REFUSING = st.builds(
    Refusal, st.sampled_from(["d0", "d1", "d2", ""]), st.sampled_from(["schema", "too_old"]), st.just(NOW)
)
REFUSALS = st.lists(REFUSING)
NEVER_SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@NEVER_SLOW
@given(
    st.lists(STANDING, max_size=6),
    HOURS,
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20)), max_size=6),
    REFUSALS,
    SCOPES,
    st.sampled_from(["", "&domain=road", "&commune=03190", "&q=place", "&state=late"]),
)
def test_whatever_a_token_reads_is_the_whole_without_what_is_outside(
    reader: Reader,
    standing: Sequence[tuple[str, str, str]],
    hours: Sequence[int],
    alerts: Sequence[tuple[int, int]],
    refusals: Sequence[Refusal],
    scope: Scope,
    query: str,
) -> None:
    devices = [device_of(number, *one) for number, one in enumerate(standing)]
    reader.world.become(devices, hours, alerts)
    reader.world.refusals = refusals
    inside = {one.id for one in devices if scope.holds(one.domain, one.placements[0].commune, one.owner)}
    lists_agree(reader, scope, inside, query)
    files_agree(reader, scope, inside, query)
    devices_agree(reader, scope, inside, {one.id for one in devices})
    alerts_agree(reader, scope, inside)
    counts_agree(reader, scope, inside)


def lists_agree(reader: Reader, scope: Scope, inside: set[str], query: str) -> None:
    for path, key in (("/devices", "id"), ("/latest", "device")):
        whole, part = reader.json(f"{path}?limit=1000{query}"), reader.json(f"{path}?limit=1000{query}", scope)
        assert part["items"] == [one for one in whole["items"] if one[key] in inside]
        listed = reader.json(f"/devices?limit=1000{query}")["items"]
        assert part["total"] == sum(one["id"] in inside for one in listed)
    assert paged(reader, scope, query) == reader.json(f"/devices?limit=1000{query}", scope)["items"]
    alerts = [one for one in reader.json("/alerts")["items"] if one["device"] in inside]
    assert reader.json("/alerts", scope)["items"] == alerts


def paged(reader: Reader, scope: Scope, query: str) -> list[Any]:
    """All pages of two devices."""
    found, cursor = [], ""
    while True:
        page = reader.json(f"/devices?limit=2{query}{cursor}", scope)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def files_agree(reader: Reader, scope: Scope, inside: set[str], query: str) -> None:
    for path in (f"/devices?limit=1000{query}", "/latest?limit=1000", "/alerts"):
        whole, part = (
            list(csv.DictReader(io.StringIO(reader.read(path, one, **CSV).body))) for one in (EVERYTHING, scope)
        )
        assert part == [row for row in whole if (row["id"] if "/devices" in path else row["device"]) in inside]
    whole, part = (reader.json(f"/devices?limit=1000{query}", one, **GEOJSON) for one in (EVERYTHING, scope))
    assert part["features"] == [one for one in whole["features"] if one["id"] in inside]


def devices_agree(reader: Reader, scope: Scope, inside: set[str], known: set[str]) -> None:
    start = "2026-11-24T00:00:00Z"
    for device in sorted(known):
        asked = (
            "",
            "/latest",
            f"/series?quantity=surface&from={start}",
            f"/series?quantity=surface&step=1h&from={start}",
        )
        for rest in asked:
            part = reader.read(f"/devices/{device}{rest}", scope)
            if device in inside:
                assert part.body == reader.read(f"/devices/{device}{rest}").body
            else:
                assert part.status == 404
                assert without(part.body, device) == without(
                    reader.read(f"/devices/no-such{rest}", scope).body, "no-such"
                )


def without(body: str, name: str) -> Any:
    """An answer without the name that was asked for."""
    return json.loads(
        body.replace(f"/{name}", "/x").replace(f'"{name}\\"', '"x\\"').replace(f'\\"{name}\\"', '\\"x\\"')
    )


def alerts_agree(reader: Reader, scope: Scope, inside: set[str]) -> None:
    for alert in reader.world.alerts:
        part = reader.read(f"/alerts/{alert.id}", scope)
        if alert.series.device in inside:
            assert part.body == reader.read(f"/alerts/{alert.id}").body
        else:
            assert part.status == 404
            assert alert.series.device not in part.body
        named = reader.json(f"/alerts?device={alert.series.device}", scope)
        assert bool(named["items"]) == (alert.series.device in inside)


def counts_agree(reader: Reader, scope: Scope, inside: set[str]) -> None:
    path = "/quarantine/counts"
    if scope == EVERYTHING:  # refusals of no device are everybody's who sees everything
        return
    each = [reader.json(f"{path}?device={device}")["by_reason"] for device in sorted(inside)]
    wanted = sum((Counter(one) for one in each), Counter[str]())
    assert reader.json(path, scope) == {"total": wanted.total(), "by_reason": dict(wanted)}
    assert reader.json(f"{path}?reason=schema", scope)["total"] == wanted["schema"]
    for device in {one.device for one in reader.world.refusals if one.device} - inside:
        assert reader.json(f"{path}?device={device}", scope) == {"total": 0, "by_reason": {}}


def scope_of(*communes: str) -> Scope:
    return Scope(communes=frozenset(communes))


def test_what_a_device_measured_elsewhere_before_is_not_shown(reader: Reader) -> None:
    reader.world.become([device_of(0, "road", "", "03185", "03190")], range(12), [(0, 2), (0, 8)])
    here = scope_of("03190")
    series = "/devices/d0/series?quantity=surface"
    raw = [point["value"] for point in reader.json(series, here)["items"]]
    assert raw == [5.0, 4.0, 3.0, 2.0, 1.0]
    hours = [point["time"] for point in reader.json(f"{series}&step=1h", here)["items"]]
    assert hours == [point["time"] for point in reader.json(series, here)["items"]][-5:]  # without that of the move
    whole = reader.json("/devices/d0", here)
    assert [place["commune"] for place in whole["placements"]] == ["03190"]
    assert [one["id"] for one in reader.json("/alerts", here)["items"]] == [1]
    assert reader.read("/alerts/2", here).status == 404
    assert reader.read("/devices/d0", scope_of("03185")).status == 404, "it left"
    assert reader.json("/alerts", scope_of("03185"))["items"] == []


def test_a_device_that_was_not_heard_since_it_came_was_not_heard(reader: Reader) -> None:
    reader.world.become([device_of(0, "road", "", "03185", "03190")], [8, 9], [])
    [device] = reader.json("/devices", scope_of("03190"))["items"]
    assert (device["state"], device["heard"]) == ("silent", None)
    assert reader.json("/latest", scope_of("03190"))["items"] == []
    assert reader.json("/devices")["items"][0]["heard"] is not None


def test_an_alert_about_no_device_is_outside_of_every_scope(reader: Reader) -> None:
    reader.world.become([device_of(0, "road", "", "03190")], [], [(0, 2)])
    [one] = reader.world.alerts
    reader.world.alerts = [replace(one, series=one.series._replace(device="gone"))]
    assert len(reader.json("/alerts")["items"]) == 1
    assert reader.json("/alerts", scope_of("03190"))["items"] == []
    assert reader.read("/alerts/1", scope_of("03190")).status == 404


def test_a_device_that_is_added_is_in_scope_at_once(reader: Reader) -> None:
    reader.world.become([device_of(0, "road", "", "03190")], [], [])
    assert reader.json("/devices", scope_of("03190"))["total"] == 1
    reader.world.become([device_of(0, "road", "", "03190"), device_of(1, "road", "", "03190")], [], [])
    assert reader.json("/devices", scope_of("03190"))["total"] == 2


def test_a_token_without_a_scope_reads_everything(reader: Reader) -> None:
    reader.world.become([device_of(n, "road", "", code) for n, code in enumerate(COMMUNES)], [], [])
    assert reader.json("/devices")["total"] == 3


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_token_that_ended_is_401_in_words(reader: Reader, end: str) -> None:
    token = reader.accounts.tokens.add(f"short {end}", Role.VIEWER, NOW + HOUR, NOW, scope_of("03190"))
    bearer = {"Authorization": f"Bearer {token}"}
    assert reader.get(f"{API}/devices", **bearer).status == 200
    if end == "revoked":
        reader.accounts.tokens.revoke(f"short {end}")
    reader.now = NOW + (HOUR if end == "expired" else 0)
    try:
        for path in ("/devices", "/alerts/1", "/quarantine/counts"):
            answer = reader.get(API + path, **bearer)
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].endswith('error="invalid_token"')
            assert "unknown, expired or revoked" in json.loads(answer.body)["detail"]
    finally:
        reader.now = NOW


def test_a_scope_is_kept_as_it_was_given(tmp_path: Path) -> None:
    scope = Scope(frozenset({"road"}), frozenset({"03190", "2A004"}), frozenset({"Ville de Moulins, Allier"}))
    with Accounts(tmp_path) as accounts:
        token = accounts.tokens.add("narrow", Role.VIEWER, NOW + HOUR, NOW, scope)
        user = accounts.tokens.user(token, NOW)
        assert user is not None
        assert user.scope == accounts.tokens.all()[0].scope == scope


def test_parts_that_are_remembered_are_bounded() -> None:
    console = console_of()
    rooms = Rooms(Room(console, FleetInForce(console.sources.registry), 0, lambda: NOW))
    for number in range(2 * REMEMBERED):
        assert rooms.of(scope_of(str(number))) is rooms.of(scope_of(str(number)))
    assert len(rooms._parts) == REMEMBERED
