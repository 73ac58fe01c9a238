"""Benchmarks: the same work on chainrule and on its peers, in one interleaved run."""
