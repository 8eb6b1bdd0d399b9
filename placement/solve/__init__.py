"""Which posts to open."""
