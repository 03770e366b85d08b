"""The table of endpoints: routes, documentation and tests are made from it."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from pydantic import BaseModel

from dashboards.console.api import alerts, answers, catalogue, devices, series
from dashboards.console.api.asked import Asked, OfAlerts, OfDevices, OfQuarantine, OfSeries, OfValues
from dashboards.console.api.formats import CSV, GEOJSON, JSON
from dashboards.console.api.room import Found, Room

Find = Callable[[Room, Any, str], Awaitable[Found]]
"""What is given, the parameters (as `asks` reads them), what stands for `{id}` in the path."""


class Endpoint(NamedTuple):
    path: str
    """Below /api/v1; `{id}` is a device or an alert."""
    name: str
    summary: str
    find: Find
    answer: type[BaseModel]
    asks: type[Asked] = Asked
    row: type[BaseModel] | None = None
    """A line of its CSV."""
    map: type[BaseModel] | None = None
    """Its GeoJSON."""

    @property
    def formats(self) -> list[str]:
        return [JSON, *([CSV] if self.row else []), *([GEOJSON] if self.map else [])]


DEVICE = "/devices/{id}"
ENDPOINTS = (
    Endpoint("/", "index", "Links to what there is", catalogue.index, answers.Index),
    Endpoint(
        "/devices",
        "list_devices",
        "Devices by id, a page at a time",
        devices.list_devices,
        answers.Devices,
        OfDevices,
        answers.Device,
        answers.Features,
    ),
    Endpoint(DEVICE, "show_device", "One device", devices.show_device, answers.DeviceWhole, map=answers.Feature),
    Endpoint(
        f"{DEVICE}/latest",
        "latest_of_device",
        "Its newest values",
        devices.latest_of_device,
        answers.Latest,
        row=answers.Value,
    ),
    Endpoint(
        f"{DEVICE}/series",
        "series",
        "One quantity over time: raw values, hours or days",
        series.series,
        answers.Series,
        OfSeries,
        answers.Value,
    ),
    Endpoint(
        "/latest",
        "latest",
        "Newest values of devices, a page of devices at a time",
        devices.latest,
        answers.Values,
        OfValues,
        answers.Value,
    ),
    Endpoint(
        "/alerts",
        "list_alerts",
        "Alerts, the newest first",
        alerts.list_alerts,
        answers.Alerts,
        OfAlerts,
        answers.Alert,
    ),
    Endpoint("/alerts/{id}", "show_alert", "One alert and its history", alerts.show_alert, answers.AlertWhole),
    Endpoint(
        "/quarantine/counts",
        "quarantine_counts",
        "How much was refused, and why",
        catalogue.counts,
        answers.Refusals,
        OfQuarantine,
    ),
    Endpoint("/rules", "rules", "Alert rules", catalogue.rules, answers.Rules),
    Endpoint(
        "/quantities",
        "quantities",
        "What can be measured",
        catalogue.quantities,
        answers.Quantities,
        row=answers.Quantity,
    ),
    Endpoint("/health", "health", "How Vigiterre itself is doing", catalogue.health, answers.Health),
)
