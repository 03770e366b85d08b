"""Dashboards and provisioning as code: what Grafana loads is rendered from here, and checked before it is mounted."""
