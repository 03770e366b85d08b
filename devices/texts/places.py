"""The words for where a problem is."""

PLACES: dict[str, dict[str, str]] = {
    "fr": {"row": "ligne", "line": "ligne", "column": "colonne"},
    "en": {"row": "row", "line": "line", "column": "column"},
}
"""The words a place is said with; a spreadsheet and an editor both say `ligne` in French."""
