"""Tensors, the graph they record, and gradients."""
