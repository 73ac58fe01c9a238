"""Readers of the graph: derive a gradient, draw it, find the mistake behind a wrong number."""
