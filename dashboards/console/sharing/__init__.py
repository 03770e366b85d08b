"""`/shares`: links by which communes read their own devices: made, listed, withdrawn."""
