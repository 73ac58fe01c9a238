"""Tensors, the graph they record, and gradients."""
from chainrule.autograd.tensor import Tensor as Tensor
