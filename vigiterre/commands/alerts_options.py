"""The options that choose among alerts and rules, the same for every command."""

from typing import Annotated, Literal, NamedTuple

import typer

from alerts.alert import Alert
from devices import cells
from devices.errors import VigiterreError
from vigiterre.texts import said

LevelOption = Annotated[
    Literal["info", "warning", "critical"] | None, typer.Option(help="seulement ce niveau · only this level")
]
DomainOption = Annotated[
    Literal["road", "building", "environment", "platform"] | None,
    typer.Option(help="seulement ce domaine · only this domain"),
]
CommuneOption = Annotated[str | None, typer.Option(help="code INSEE")]
SiteOption = Annotated[str | None, typer.Option(help="seulement ce site · only this site")]
DeviceOption = Annotated[str | None, typer.Option(help="seulement ce capteur · only this device")]
RuleOption = Annotated[str | None, typer.Option(help="seulement cette règle · only this rule")]
WhoOption = Annotated[str | None, typer.Option(help="qui ; sinon le compte · who; else the account")]
CommentOption = Annotated[str, typer.Option(help="pourquoi · why")]
JsonOption = Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")]


class Wanted(NamedTuple):
    """What the options of a command ask for; None is any. A command has them by `@gathered("wanted", Wanted)`."""

    level: LevelOption = None
    domain: DomainOption = None
    commune: CommuneOption = None
    site: SiteOption = None
    device: DeviceOption = None
    rule: RuleOption = None

    def check(self) -> "Wanted":
        """Raises VigiterreError for a commune that cannot be one."""
        if self.commune is None:
            return self
        code = cells.commune(self.commune)
        if code is None:
            raise VigiterreError(said("no_such_commune", commune=self.commune))
        return self._replace(commune=code)

    def takes(self, alert: Alert, level: str) -> bool:
        """`level` is the one that is asked about: where it stands, or its highest."""
        series = alert.series
        given = (level, series.domain, series.commune, series.site, series.device, alert.rule)
        return all(wish in (None, one) for wish, one in zip(self, given, strict=True))


ANY = Wanted()
