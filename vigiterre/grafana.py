"""What the commands of `vigiterre dashboards` do, put together from the rooms."""

import json
from collections.abc import Collection
from pathlib import Path

from alerts.load import load_alerts
from dashboards.grafana.legend import Legend, legend_of
from dashboards.grafana.preview import page
from dashboards.grafana.provisioning import files
from dashboards.grafana.render import rendered, write
from devices.load import load_registry
from devices.problems import Language
from vigiterre.settings import load_settings
from vigiterre.shell import Misuse
from vigiterre.texts import said

DASHBOARDS, PROVISIONING = "dashboards", "provisioning"
"""Below the folder that is rendered to; in each a folder per language."""


def legend(folder: Path, language: Language) -> Legend:
    """What dashboards say of a configuration folder. Raises ConfigError."""
    registry = load_registry(folder)
    rules = load_alerts(folder, registry).rules
    return legend_of(registry, rules, language, load_settings(folder).console.public_url)


def write_files(folder: Path, language: Language, out: Path) -> list[Path]:
    """Render all of a language below `out`; what changed. Raises ConfigError, VigiterreError, OSError."""
    words = legend(folder, language)
    boards, provisioning = out / DASHBOARDS / language, out / PROVISIONING / language
    ours = [path for path in provisioning.rglob("*.y*ml*") if path.read_text().startswith(files.HEADER)]
    return [
        *write(rendered(words), boards, boards.glob("*.json")),
        *write(files.rendered(words), provisioning, ours),
    ]


def preview(folder: Path, language: Language, slugs: Collection[str]) -> tuple[int, str]:
    """How many dashboards, and one HTML page of them. Raises ConfigError, Misuse."""
    known = {name.removesuffix(".json"): text for name, text in rendered(legend(folder, language)).items()}
    for slug in slugs:
        if slug not in known:
            raise Misuse(said("unknown_dashboard", value=slug, known=", ".join(known)))
    chosen = [json.loads(known[slug]) for slug in slugs or known]
    return len(chosen), page(chosen, language)
