"""What is measured: quantities, models, devices, placements and the registry that joins them. No network, no clock."""
