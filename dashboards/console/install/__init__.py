"""Mise en service: a device is added, changed, moved, replaced or retired, and its first reading is waited for."""
