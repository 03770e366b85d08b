"""Files of the pages: built once by `make assets` (npm packages, our scripts and styles), fingerprinted, compressed."""

import json
from dataclasses import dataclass
from importlib.resources import files

FOLDER = "static"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Assets:
    """Name as pages say it (`console.css`) -> name with its fingerprint (`console.3f2a9c.css`)."""

    names: dict[str, str]

    def url(self, name: str) -> str:
        """KeyError for what was not built: a test looks at every template."""
        return f"/static/{self.names[name]}"


def load_assets() -> Assets:
    return Assets(json.loads(files("dashboards.console").joinpath(FOLDER, MANIFEST).read_text(encoding="utf-8")))
