"""Hardswish: Swish with the sigmoid drawn with a ruler."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select


def hardswish(x: Number) -> Number:
    """Weigh a number by its hardsigmoid.

        hardswish(x) = x min(max(x + 3, 0), 6) / 6

    Derivative: 0 up to -3, 1 from 3 on, x / 3 + 1/2 between; at the kinks as PyTorch takes it.

    >>> hardswish(np.array([-4.0, 3.0, 4.0]))
    array([-0.,  3.,  4.])
    """
    return x * np.minimum(np.maximum(x + 3, 0), 6) / 6


def hardswish_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    inside = select(x < 3, gradient * (x / 3 + 0.5), gradient)
    return select(x > -3, inside, 0.0)


HARDSWISH = Activation(
    "hardswish",
    "Hardswish",
    hardswish,
    hardswish_backward,
    source="Howard et al. 2019, Searching for MobileNetV3.",
    kinks=(-3.0, 3.0),
    has_inplace=True,
)
