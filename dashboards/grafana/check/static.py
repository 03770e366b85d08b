"""Everything that can be seen in the files alone. Nothing stops at the first fault."""

from collections.abc import Iterator

from dashboards.grafana.check.alerting import alerting
from dashboards.grafana.check.boards import boards
from dashboards.grafana.check.fault import Fault
from dashboards.grafana.check.files import Folder
from dashboards.grafana.check.names import Names
from dashboards.grafana.check.panels import panels
from dashboards.grafana.check.provisioning import provisioning, sources_of, url_passwords
from dashboards.grafana.check.queries import query_faults, source_faults, variable_faults
from dashboards.grafana.check.shape import shape


def faults(folder: Folder, names: Names) -> Iterator[Fault]:
    """Those of a folder that was read, those of reading it first."""
    sources = sources_of(folder)
    yield from folder.faults
    yield from boards(folder.boards)
    for board in folder.boards:
        yield from shape(board)
        yield from panels(board)
        yield from variable_faults(board)
        yield from query_faults(board, names)
        yield from source_faults(board, sources)
        yield from url_passwords(board.file, board.document)
    yield from provisioning(folder)
    yield from alerting(folder, names, sources)
