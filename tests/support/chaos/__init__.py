"""Faults caused on real processes, and a checker that shares nothing with what it checks. `python -m chaos --help`."""
