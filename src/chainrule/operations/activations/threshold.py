"""Threshold: keep what is above it, replace the rest."""

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select


def threshold(x: Number, threshold: float, value: float) -> Number:
    """Keep numbers above the threshold and replace the others by ``value``.

        threshold(x) = x where x > threshold, else value

    Derivative: 1 where x > threshold, else 0.

    >>> import numpy as np
    >>> threshold(np.array([0.5, 2.0]), 1.0, -7.0)
    array([-7.,  2.])
    """
    return select(x <= threshold, value, x)


def threshold_backward(gradient: Number, x: Number, threshold: float) -> Number:
    """Return dL/dx."""
    return select(x <= threshold, 0.0, gradient)


def jump(threshold: float, value: float) -> tuple[float, ...]:
    """Return where the function jumps."""
    del value
    return (threshold,)


THRESHOLD = Activation(
    "threshold",
    "Threshold",
    threshold,
    threshold_backward,
    source="torch.nn.Threshold.",
    kinks=jump,
    has_inplace=True,
    examples=({"threshold": 0.5, "value": -1.0},),
    option_help={"threshold": "Numbers up to here are replaced.", "value": "What replaces them."},
)
