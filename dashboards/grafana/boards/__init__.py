"""One file per dashboard: a list of panels, each made by a function of `dashboards.grafana.panel`."""
