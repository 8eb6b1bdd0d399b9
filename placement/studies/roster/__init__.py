"""Who rests when: teams by name through the event, and the fewest that keep every post held."""
