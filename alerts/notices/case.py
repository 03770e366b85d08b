"""One alert with everything a notice says of it: its rule, and the names of what its series names."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from alerts.alert import Alert
from alerts.dispatch import NoticeKind
from alerts.rule import Rule
from devices.quantity import Quantity
from devices.registry import Registry


class Case(NamedTuple):
    alert: Alert
    rule: Rule
    name: str
    """What people call the place; "" where there is none, as for alerts about ourselves."""
    commune_name: str = ""
    quantity: Quantity | None = None
    muted: bool = False
    """Nobody is to be told now."""
    kind: NoticeKind = NoticeKind.FIRING
    """Why people are told."""

    @property
    def expects(self) -> bool:
        """Somebody still has to acknowledge it."""
        return self.alert.open and not self.alert.acknowledged


def gravest_first(cases: Iterable[Case]) -> list[Case]:
    """As notices tell them."""
    return sorted(cases, key=lambda case: (-case.alert.level, case.alert.series.site, case.name, case.alert.id))


def case_of(alert: Alert, rule: Rule, registry: Registry, communes: Mapping[str, str], *, muted: bool = False) -> Case:
    """`communes` are the names by INSEE code. A device that is gone from the registry keeps its ids."""
    quantity = registry.quantities.get(alert.quantity)
    name = registry.place_name(alert.series)
    return Case(alert, rule, name, communes.get(alert.series.commune, ""), quantity, muted)
