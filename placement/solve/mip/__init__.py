"""Integer programs and their relaxations: the only package that knows PuLP and HiGHS."""
