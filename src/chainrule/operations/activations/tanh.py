"""The hyperbolic tangent."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def tanh(x: Number) -> Number:
    """Squeeze any number into (-1, 1), 0 staying 0.

        tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)) = 2 sigmoid(2 x) - 1

    Derivative: 1 - y^2, from the output alone; 1 at 0.

    >>> tanh(np.array([0.0, 1.0])).round(4)
    array([0.    , 0.7616])
    """
    return np.tanh(x)


def tanh_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = dL/dy * (1 - y^2)."""
    return gradient * (1 - y * y)


TANH = Activation(
    "tanh",
    "Tanh",
    tanh,
    tanh_backward,
    source="LeCun, Bottou, Orr and Müller 1998, Efficient BackProp.",
    integers="converted",
)
