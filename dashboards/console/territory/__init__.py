"""Territoire: the map, its twin as a list, and the tallies."""
