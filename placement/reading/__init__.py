"""How files are read, whatever they mean: bytes in, rows with geometries out, or one sentence."""
