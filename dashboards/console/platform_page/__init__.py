"""Plateforme: how the process itself fares."""
