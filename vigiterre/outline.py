"""The outline of the territory, as the configuration folder has it."""

from pathlib import Path

FOLDER, NAMES = "reference", "departement-*.geojson"


def outline(folder: Path) -> bytes | None:
    """The GeoJSON of `folder`/reference; None without one, or with one that cannot be read: a map can do without."""
    try:
        found = sorted((folder / FOLDER).glob(NAMES))
        return found[0].read_bytes() if found else None
    except OSError:
        return None
