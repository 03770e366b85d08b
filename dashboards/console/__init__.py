"""Live web pages that need no server but ours."""
