"""LogSigmoid: the logarithm of the sigmoid."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import logistic


def logsigmoid(x: Number) -> Number:
    """Logarithm of the sigmoid, right also where the sigmoid rounds to 0.

        logsigmoid(x) = log(1 / (1 + exp(-x)))

    Derivative: sigmoid(-x).
    Numerics: no overflow: exp() is only taken of negative numbers.

    >>> logsigmoid(np.array([-1000.0, 0.0])).round(4).tolist()
    [-1000.0, -0.6931]
    """
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def logsigmoid_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    return gradient * logistic(-x)


LOGSIGMOID = Activation(
    "logsigmoid",
    "LogSigmoid",
    logsigmoid,
    logsigmoid_backward,
    source="torch.nn.LogSigmoid.",
)
