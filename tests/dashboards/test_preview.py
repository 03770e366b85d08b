"""The page that shows a layout without Grafana."""

from dashboards.grafana.preview import page

DASHBOARD = {
    "title": "Routes <b>",
    "uid": "u",
    "description": "d",
    "time": {"from": "now-1h", "to": "now"},
    "templating": {"list": [{"name": "policy", "hide": 2}, {"name": "site", "label": "Site"}]},
    "panels": [
        {"type": "row", "title": "Maintenant", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1}},
        {
            "type": "table",
            "title": "Table",
            "description": "words",
            "gridPos": {"x": 12, "y": 1, "w": 12, "h": 8},
            "fieldConfig": {
                "defaults": {"unit": "celsius", "thresholds": {"steps": [{"value": None, "color": "green"}]}}
            },
            "targets": [{"query": "SELECT 1"}],
            "transformations": [
                {"id": "organize", "options": {"indexByName": {"b": 1, "a": 0}, "renameByName": {"a": "A", "b": "B"}}}
            ],
        },
    ],
}


def test_panels_stand_where_grafana_puts_them_with_their_unit_and_columns() -> None:
    html = page([DASHBOARD], "fr")
    assert "grid-column: 13 / span 12; grid-row: 2 / span 8" in html
    assert "[celsius]" in html
    assert html.index("<span>A</span>") < html.index("<span>B</span>")


def test_hidden_variables_are_not_shown_and_words_are_escaped() -> None:
    html = page([DASHBOARD], "fr")
    assert "policy" not in html
    assert "Routes &lt;b&gt;" in html
