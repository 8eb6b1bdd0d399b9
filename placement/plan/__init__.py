"""What is asked: the plan file, its layers, and the problem they make."""
