"""The way in: MQTT, journal, decode, validate, write."""
