"""Rules, the state machine that evaluates them, lifecycle and notification."""
