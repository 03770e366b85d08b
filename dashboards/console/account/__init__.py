"""`/account`: who is signed in, and the change of one's own password."""
