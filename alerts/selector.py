"""Selectors: which devices a rule, a route, a silence or a maintenance window is about."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from devices.reading import Series

NAMES = ("domains", "models", "sites", "communes", "tags", "owners", "devices")


@dataclass(frozen=True, slots=True)
class Selector:
    """Empty means any. Between the kinds all must match, within one kind one is enough; `except_*` take out."""

    domains: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    except_tags: frozenset[str] = frozenset()
    except_devices: frozenset[str] = frozenset()

    def matches(self, series: Series, tags: Collection[str], owner: str) -> bool:
        """`series` says domain, device, model, site and commune; `tags` and `owner` are those of the device."""
        return (
            (not self.domains or series.domain in self.domains)
            and (not self.models or series.model in self.models)
            and (not self.sites or series.site in self.sites)
            and (not self.communes or series.commune in self.communes)
            and (not self.devices or series.device in self.devices)
            and (not self.owners or owner in self.owners)
            and (not self.tags or not self.tags.isdisjoint(tags))
            and self.except_tags.isdisjoint(tags)
            and series.device not in self.except_devices
        )

    def as_dict(self) -> dict[str, list[str]]:
        """What is given, for JSON; `of` reads it back."""
        return {one.name: sorted(values) for one in fields(self) if (values := getattr(self, one.name))}

    @classmethod
    def of(cls, values: dict[str, list[str]]) -> "Selector":
        return cls(**{name: frozenset(members) for name, members in values.items()})
