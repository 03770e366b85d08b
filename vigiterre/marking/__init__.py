"""What dashboards are shown of the fleet, of refusals and of ourselves."""
