"""What every search shares: what is known, how close it is to proven, and when to stop."""
