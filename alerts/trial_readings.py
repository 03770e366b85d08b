"""Reads what a device sends in a test of rules: the series of its quantities, and readings by themselves."""

from collections.abc import Iterable, Sequence

from alerts.trial import Sent
from alerts.trial_moment import read_moment
from alerts.trial_series import series
from devices.problems import near
from devices.reading import Reading
from devices.registry import Profile
from devices.tables import Table


def read_steps(table: Table, step: int) -> dict[str, list[float | None]]:
    """Quantity -> the value of every step."""
    inner = table.table("series") if "series" in table.values else None
    table.read.add("series")
    if inner is None:
        return {}
    if not step:
        table.problem("series", "series_without_interval")
    found: dict[str, list[float | None]] = {}
    for name in inner.values:
        try:
            found[name] = series(inner.text(name))
        except ValueError as wrong:
            inner.problem(name, "bad_series", value=wrong)
    return found


def in_step(table: Table, values: dict[str, list[float | None]], start: int, step: int, profile: Profile) -> list[Sent]:
    """All values of a step are one reading."""
    inner = table.table("series") if values else None
    for name, numbers in values.items():
        if inner is not None:
            _plausible(inner, name, [one for one in numbers if one is not None], profile)
    found = []
    for number in range(max((len(one) for one in values.values()), default=0)):
        time = start + number * step
        together = {name: one[number] for name, one in values.items() if number < len(one)}
        known = {name: value for name, value in together.items() if value is not None}
        if known:
            found.append(Sent(time, Reading(profile.series_at(time), time, known)))
    return found


def named_in(table: Table) -> Iterable[str]:
    """The quantities of a reading by itself."""
    values = table.values.get("values")
    return list(values) if isinstance(values, dict) else []


def read_extra(table: Table, start: int, profile: Profile) -> Sent | None:
    """One reading by itself, that may come late."""
    time = read_moment(table, "at", start)
    received = read_moment(table, "received", start, time)
    if received < time:
        table.problem("received", "received_before")
    inner = table.table("values")
    values = {name: inner.number(name) for name in inner.values} if inner else {}
    for name, value in values.items():
        if inner is not None:
            _plausible(inner, name, [value], profile)
    table.finish()
    return Sent(received, Reading(profile.series_at(time), time, values)) if values else None


def _plausible(table: Table, quantity: str, values: Sequence[float], profile: Profile) -> None:
    """What the way in would refuse never comes to a rule."""
    rule = profile.fields.get(quantity)
    if rule is None or rule.quantity != quantity:
        known = near(quantity, {one.quantity for one in profile.fields.values()})
        table.problem(quantity, "not_measured", value=quantity, device=profile.device.id, known=known)
        return
    wrong = next((one for one in values if not rule.minimum <= one <= rule.maximum), None)
    if wrong is not None:
        table.problem(
            quantity, "value_implausible", value=f"{wrong:g}", min=f"{rule.minimum:g}", max=f"{rule.maximum:g}"
        )
