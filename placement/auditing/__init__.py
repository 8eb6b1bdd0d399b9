"""The audit of a solution; nothing here is shared with what chose it."""
