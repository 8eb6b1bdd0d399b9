"""How a plan starts: layers, candidate posts and people drawn from an extract and a route."""
