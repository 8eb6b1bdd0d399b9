"""Lanes at gates, and the queues before them."""
