"""Hardsigmoid: the sigmoid drawn with a ruler."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def hardsigmoid(x: Number) -> Number:
    """Straight line from 0 at -3 to 1 at 3, flat beyond.

        hardsigmoid(x) = min(max(x + 3, 0), 6) / 6

    Derivative: 1/6 strictly between -3 and 3, else 0.

    >>> hardsigmoid(np.array([-4.0, 0.0, 4.0]))
    array([0. , 0.5, 1. ])
    """
    return np.minimum(np.maximum(x + 3, 0), 6) / 6


def hardsigmoid_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    return gradient * ((x > -3) & (x < 3)) / 6


HARDSIGMOID = Activation(
    "hardsigmoid",
    "Hardsigmoid",
    hardsigmoid,
    hardsigmoid_backward,
    source="Courbariaux, Bengio and David 2015; with these slopes Howard et al. 2019.",
    kinks=(-3.0, 3.0),
    has_inplace=True,
)
