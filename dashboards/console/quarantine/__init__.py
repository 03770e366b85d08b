"""Quarantaine: what was refused and why, its bytes, and running it again."""
