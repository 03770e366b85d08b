"""Dashboards and watchman rules into a Grafana by its HTTP API: what differs is found first, then written."""
