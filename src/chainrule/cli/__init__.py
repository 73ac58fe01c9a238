"""The command line: one command per file, composition only."""
