"""What every page is given."""

from dataclasses import dataclass

from dashboards.console.access import Access
from dashboards.console.live import Live
from dashboards.console.present import Newest
from dashboards.console.site import Site
from dashboards.console.sources import Sources


@dataclass(frozen=True)
class Console:
    sources: Sources
    site: Site
    access: Access
    present: Newest
    live: Live
