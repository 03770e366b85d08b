"""The console of one process, composed: what its pages show, who may see them, what stands above them."""

from collections.abc import Callable

from dashboards.console.access import Role, User
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.trust import Trust
from dashboards.console.assets import Assets, load_assets
from dashboards.console.console import Console
from dashboards.console.rows import REPLAYED, SIMULATED, origin
from dashboards.console.signed_in import SignedIn
from dashboards.console.site import Site
from dashboards.console.sources import Sources
from dashboards.console.texts import DEMONSTRATION
from devices.errors import VigiterreError
from devices.problems import Language
from devices.registry import Registry
from vigiterre.feed import Feed
from vigiterre.settings import Settings, networks
from vigiterre.texts import said

DEMONSTRATOR = "demo"


def access_of(
    settings: Settings, accounts: Accounts, now: Callable[[], int], *, demonstration: bool = False
) -> SignedIn:
    """`now` gives ms. In a demonstration everybody on this machine is a technician."""
    console = settings.console
    trust = Trust(
        bound=console.address()[0],
        reading=console.reading,
        proxies=networks(console.proxies),
        public_url=console.public_url,
        secure_cookies=console.secure_cookies,
    )
    return SignedIn(accounts, trust, now, demo=User(DEMONSTRATOR, Role.TECHNICIAN) if demonstration else None)


def console_of(settings: Settings, sources: Sources, access: SignedIn, feed: Feed) -> Console:
    """Raises VigiterreError when the assets were not built."""
    measured = Measured(sources.registry, demonstration=access.demo is not None)
    site = Site(
        settings.language,
        built_assets(),
        access,
        notices=lambda language: [*measured.notices(language), *access.notices(language)],
        place=lambda: feed.live.place,
        tiles=settings.console.tiles,
    )
    access.site = site
    return Console(sources, site, access, feed.present, feed.live)


def built_assets() -> Assets:
    try:
        return load_assets()
    except FileNotFoundError as error:
        raise VigiterreError(said("assets_missing")) from error


class Measured:
    """What every page must say where values were not measured, so that nobody takes them for measurements."""

    def __init__(self, registry: Callable[[], Registry], *, demonstration: bool) -> None:
        self._registry = registry
        self._demonstration = demonstration
        self._counted: tuple[Registry, int, int] | None = None

    def notices(self, language: Language) -> list[str]:
        t = DEMONSTRATION[language]
        replayed, simulated = self._origins()
        if replayed or simulated:
            why = t["not_measured_why"].format(replayed=replayed, simulated=simulated)
            return [f"{t['not_measured']} {why}"]
        return [t["not_measured"]] if self._demonstration else []

    def _origins(self) -> tuple[int, int]:
        """How many devices replay and are simulated, counted once for each registry."""
        registry = self._registry()
        if self._counted is None or self._counted[0] is not registry:
            found = [origin(device, registry.models[device.model]) for device in registry.devices.values()]
            self._counted = registry, found.count(REPLAYED), found.count(SIMULATED)
        return self._counted[1:]
