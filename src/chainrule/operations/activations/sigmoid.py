"""The logistic sigmoid."""

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import logistic


def sigmoid(x: Number) -> Number:
    """Squeeze any number into (0, 1), as a probability.

        sigmoid(x) = 1 / (1 + exp(-x))

    Derivative: y (1 - y), from the output alone; at most 1/4, at 0.
    Numerics: no overflow at either end.

    >>> import numpy as np
    >>> sigmoid(np.array([0.0, 2.0])).round(4)
    array([0.5   , 0.8808])
    """
    return logistic(x)


def sigmoid_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = dL/dy * y (1 - y)."""
    return gradient * y * (1 - y)


SIGMOID = Activation(
    "sigmoid",
    "Sigmoid",
    sigmoid,
    sigmoid_backward,
    source="Verhulst 1838, the logistic curve; in networks Rumelhart, Hinton and Williams 1986.",
    integers="converted",
)
