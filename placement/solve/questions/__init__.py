"""What a plan can be asked: one module a question."""
