"""What mosquitto is told, derived from ours: who may come in, who may do what, and to keep what it confirms."""
