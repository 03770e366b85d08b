"""The read API, `/api/v1`: what the pages show, for programs. Nothing can be changed through it."""
