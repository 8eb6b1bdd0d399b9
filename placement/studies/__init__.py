"""What a solved plan is asked next: does it hold, what one more buys, what a loss costs."""
