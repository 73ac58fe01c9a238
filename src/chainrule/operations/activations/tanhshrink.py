"""Tanhshrink: what tanh takes away."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def tanhshrink(x: Number) -> Number:
    """Return the difference between a number and its tanh.

        tanhshrink(x) = x - tanh(x)

    Derivative: tanh(x)^2.

    >>> tanhshrink(np.array([1.0])).round(4)
    array([0.2384])
    """
    return x - np.tanh(x)


def tanhshrink_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy * tanh(x)^2."""
    t = np.tanh(x)
    return gradient * t * t


TANHSHRINK = Activation(
    "tanhshrink",
    "Tanhshrink",
    tanhshrink,
    tanhshrink_backward,
    source="torch.nn.Tanhshrink.",
    integers="converted",
)
