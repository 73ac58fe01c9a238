"""Mish."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import logistic


def mish(x: Number) -> Number:
    """Weigh a number by the tanh of its softplus.

        mish(x) = x tanh(softplus(x))

    Derivative: t + x s (1 - t^2) with t = tanh(softplus(x)) and s = sigmoid(x). Smooth.

    >>> mish(np.array([1.0])).round(4)
    array([0.8651])
    """
    return x * np.tanh(np.logaddexp(x, 0.0))


def mish_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    t = np.tanh(np.logaddexp(x, 0.0))
    return gradient * (t + x * logistic(x) * (1 - t * t))


MISH = Activation(
    "mish",
    "Mish",
    mish,
    mish_backward,
    source="Misra 2019.",
    has_inplace=True,
)
