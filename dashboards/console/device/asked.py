"""What was asked of one device: the device, the span, the quantity, the page of the table, each mistake noted."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request

from dashboards.console.console import Console
from dashboards.console.device.card import shown_quantities
from dashboards.console.device.span import Span, read_span
from dashboards.console.device.twin import page_number
from dashboards.console.personal import Sight, as_seen, sees_raw
from dashboards.console.present import Value
from devices.problems import Language
from devices.quantity import Quantity
from devices.registry import HEALTH, Profile, Registry
from devices.schema import RAW, RAW_LONGEST_MS, ROLLUP

ENDS = ("from", "to")
STEPS = {"raw": RAW, "1h": ROLLUP}


class Asked(NamedTuple):
    profile: Profile
    registry: Registry
    present: Mapping[str, Value]
    language: Language
    now: int
    span: Span
    shown: list[Quantity]
    """One figure each."""
    quantity: Quantity | None
    """The one of the table; None where the device has none."""
    page: int
    policy: str
    """RAW, ROLLUP, or "" for what suits the span."""
    typed: Mapping[str, str]
    """What a person typed as `from` and `to`, where it was wrong: it is kept; else empty."""
    wrong: Mapping[str, str]
    """Name of a parameter -> a key of the texts."""
    sight: Sight


def read(request: Request, console: Console, now: int) -> Asked | None:
    """None for a device that is not in the registry. `now` in ms."""
    registry = console.sources.registry()
    profile = registry.profiles.get(request.path_params["device"])
    if profile is None:
        return None
    query = request.query_params
    sight = Sight(sees_raw(console.access.user(request)), now)
    present = as_seen(console, request).present.of(profile.device.id)
    span, wrong = read_span(query, now)
    shown = shown_quantities(profile, registry, present)
    quantity, unknown = _quantity(query.get("quantity", ""), shown, registry)
    page = page_number(query.get("page", ""))
    policy, bad_step = _policy(query.get("step", ""), span, quantity, sight)
    wrong |= unknown | bad_step | ({"page": "bad_page"} if page is None else {})
    if quantity is not None and quantity not in shown:
        shown = [*shown, quantity]
    language = console.site.language(request)
    kept = {name: query.get(name, "")[:100] for name in ENDS} if wrong.keys() & set(ENDS) else {}
    return Asked(
        profile, registry, present, language, now, span, shown, quantity, page or 1, policy, kept, wrong, sight
    )


def _quantity(name: str, shown: list[Quantity], registry: Registry) -> tuple[Quantity | None, dict[str, str]]:
    """The one asked for, which may be of its radio or its battery; else the first."""
    first = shown[0] if shown else None
    if not name:
        return first, {}
    health = [registry.quantities[one] for one in HEALTH if one in registry.quantities]
    found = next((one for one in (*shown, *health) if one.id == name), None)
    return (found, {}) if found else (first, {"quantity": "bad_quantity"})


def _policy(step: str, span: Span, quantity: Quantity | None, sight: Sight) -> tuple[str, dict[str, str]]:
    if not step:
        return "", {}
    if step == "raw" and quantity is not None and sight.finest(quantity):
        return "", {"step": "personal_step"}
    if step not in STEPS or (step == "raw" and span.length > RAW_LONGEST_MS):
        return "", {"step": "bad_step"}
    return STEPS[step], {}
