"""Who is covered by what."""
