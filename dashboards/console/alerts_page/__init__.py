"""Alertes: what is open, what was, one alert with its history, and what people do about it."""
