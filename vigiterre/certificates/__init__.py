"""Certificates that devices come into the broker with, and the authority that signs them. See docs/adr/0060."""
