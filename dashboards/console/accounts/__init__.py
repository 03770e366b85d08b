"""Who may come in: users, their sessions, tokens of the API, and the log of what was changed. All in one file."""
