"""Tensors, the graph they record, and gradients."""

from chainrule.autograd.gradient import backward as backward
from chainrule.autograd.gradient import grad as grad
from chainrule.autograd.numeric_check import GradientReport as GradientReport
from chainrule.autograd.numeric_check import check_gradient as check_gradient
from chainrule.autograd.numeric_check import gradcheck as gradcheck
from chainrule.autograd.tensor import Tensor as Tensor
