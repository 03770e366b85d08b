"""Capteurs: every device, filtered, sorted and paged."""
