"""Pains of docs/pains.md between us and who reads: the newest values of a large territory."""

import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

from consoles import Served, console_of, sources_of
from territory import MINUTE, MODEL, QUANTITIES, START

from dashboards.console.api.page import routes
from dashboards.console.present import Present
from devices.device import Device, Placement
from devices.reading import Reading
from devices.registry import Registry, registry_of

COMMUNES = ("03190", "03185", "03310", "03321", "03254")
DEVICES = 5_000


def territory() -> Registry:
    """Each fifth device stands in the same commune."""
    devices = [
        Device(
            f"d{n:04d}",
            MODEL.id,
            "road",
            "departement-03",
            "",
            (),
            {},
            (Placement(f"site-{n}", f"Site {n}", COMMUNES[n % len(COMMUNES)], 46.5, 3.3, None),),
        )
        for n in range(DEVICES)
    ]
    return registry_of(QUANTITIES, [MODEL], devices)


def pages(served: Served, path: str, **asked: str) -> Iterator[dict[str, Any]]:
    """Every item of every page."""
    while True:
        answer = served.get(f"{path}?{urllib.parse.urlencode(asked)}", Accept="application/json")
        assert answer.status == 200, answer.body
        found = json.loads(answer.body)
        yield from found["items"]
        if not found["next"]:
            return
        asked["cursor"] = found["next"]


def test_p25_the_newest_values_of_a_commune_among_five_thousand_devices_are_told_without_asking_the_store() -> None:
    """How fast is for `make bench-console`; that no database is between is what makes it so."""
    registry, present = territory(), Present()
    asked: list[tuple[object, ...]] = []

    def points(*given: object) -> list[Any]:
        asked.append(given)
        return []

    present.take(
        Reading(profile.series_at(START), START + step, {"surface": float(n)})
        for n, profile in enumerate(registry.profiles.values())
        for step in (MINUTE, 0)  # late data comes second and replaces nothing
    )
    sources = sources_of(registry=lambda: registry, points=points)
    with Served(routes(console_of(sources, present), raw_days=90, clock=lambda: START + 2 * MINUTE)) as served:
        one = list(pages(served, "/api/v1/latest", commune=COMMUNES[1], limit="1000"))
        everything = list(pages(served, "/api/v1/latest", limit="1000"))
    assert {item["device"]: item["value"] for item in one} == {
        f"d{n:04d}": float(n) for n in range(DEVICES) if n % len(COMMUNES) == 1
    }
    assert [item["device"] for item in everything] == [f"d{n:04d}" for n in range(DEVICES)]
    assert {item["time"] for item in everything} == {"2026-01-09T23:07:40.000Z"}
    assert asked == []
