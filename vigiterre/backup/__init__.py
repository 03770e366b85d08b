"""Backup and restore: all that an installation must not lose, in one file that proves itself."""
