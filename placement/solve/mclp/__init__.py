"""Maximal covering without lanes: search, bounds and proof."""
