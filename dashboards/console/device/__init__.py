"""The page of one device: what it measures now, its curves, its alerts, refusals, radio and raw messages."""
