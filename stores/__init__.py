"""Where readings rest: one Store port, with InfluxDB, SQLite and memory behind it, and hourly roll-ups."""
