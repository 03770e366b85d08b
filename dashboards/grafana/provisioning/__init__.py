"""What Grafana reads from files at its start: the data source, where the dashboards lie, and our watchman rules."""
