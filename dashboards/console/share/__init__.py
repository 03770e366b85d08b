"""What a commune sees by a link of its own: its devices, their values, the Bilan; nothing else."""
