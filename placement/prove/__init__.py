"""The second proof: a solution proven again, by another solver on a model written apart."""
