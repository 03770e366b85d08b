"""`vigiterre dashboards check`, put together from the rooms: the files, the names, and a store to ask."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from alerts.load import load_alerts
from dashboards.grafana.board import seldom, uid
from dashboards.grafana.check.asking import Asker
from dashboards.grafana.check.fault import Fault
from dashboards.grafana.check.files import BoardFile, Folder, panels, read_folder
from dashboards.grafana.check.names import known
from dashboards.grafana.check.run import Run, run
from dashboards.grafana.check.static import faults
from dashboards.grafana.legend import Legend
from dashboards.grafana.render import boards
from devices.load import load_registry
from devices.problems import LANGUAGES
from stores.open import open_store
from vigiterre.doctor.store import influx_server
from vigiterre.settings import Settings, secret
from vigiterre.shell import Misuse
from vigiterre.texts import said

SCHEMES = ("influxdb", "influxdbs")


@dataclass(frozen=True)
class Checked:
    """What was found so far; `ask` adds to it."""

    folder: Folder
    faults: list[Fault]
    runs: list[Run]
    seldom: Mapping[str, Mapping[int, str]]
    """uid of a dashboard -> its panels that may be empty."""

    def ask(self, board: BoardFile, asker: Asker, now: int) -> None:
        """Put the queries of one dashboard, over the week before `now`, ms. Raises StoreUnavailable."""
        ran = run(board, asker, now, self.seldom.get(str(board.document.get("uid")), {}))
        self.runs.extend(ran.runs)
        self.faults.extend(ran.faults)

    def counts(self) -> dict[str, int]:
        shown = sum(1 for board in self.folder.boards for _ in panels(board.document))
        return {"boards": len(self.folder.boards), "panels": shown, "queries": len(self.runs)}


def look(configuration: Path, folder: Path) -> Checked:
    """All that is wrong in the files of `folder`, by the catalogue and the rules. Raises ConfigError."""
    registry = load_registry(configuration)
    rules = load_alerts(configuration, registry).rules
    marks: dict[str, dict[int, str]] = {}
    for language in LANGUAGES:
        legend = Legend(language, registry, rules)
        marks |= {uid(board.slug, legend): seldom(board) for board in boards(legend)}
    found = read_folder(folder)
    return Checked(found, list(faults(found, known(registry, rules))), [], marks)


@contextmanager
def asking(settings: Settings, url: str, password_file: Path | None) -> Iterator[Asker | None]:
    """The InfluxDB of `url`, or of the settings; None when the settings' store is another.

    Raises Misuse, ConfigError, StoreUrlError, StoreUnavailable.
    """
    if urlsplit(url or settings.store_url).scheme not in SCHEMES:
        if url:
            raise Misuse(said("store_not_influxdb", value=url.partition(":")[0]))
        yield None
        return
    own = settings.store
    password = secret(None, password_file) if password_file else secret(own.password, own.password_file)
    open_store(url or settings.store_url, password).close()  # judges the URL, contacts nothing
    server = influx_server(url or settings.store_url, password)
    try:
        asker = Asker(server)
        asker.greet()
        yield asker
    finally:
        server.close()
