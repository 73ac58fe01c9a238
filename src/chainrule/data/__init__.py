"""Data sets, loaders and the files they come from."""
