"""How solutions live in git: in words for a diff, merged post by post, sealed."""
