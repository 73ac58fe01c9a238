"""Softsign: a sigmoid shape without exponentials."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def softsign(x: Number) -> Number:
    """Squeeze any number into (-1, 1), more slowly than tanh.

        softsign(x) = x / (1 + |x|)

    Derivative: 1 / (1 + |x|)^2.

    >>> softsign(np.array([-1.0, 3.0]))
    array([-0.5 ,  0.75])
    """
    return x / (1 + np.abs(x))


def softsign_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    divisor = 1 + np.abs(x)
    return gradient / (divisor * divisor)


SOFTSIGN = Activation(
    "softsign",
    "Softsign",
    softsign,
    softsign_backward,
    source="Turian, Bergstra and Bengio 2009.",
    integers="converted",
)
