"""`/sign-in` and `/sign-out`."""
