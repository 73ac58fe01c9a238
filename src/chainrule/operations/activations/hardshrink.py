"""Hardshrink: small numbers become zero."""

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select


def hardshrink(x: Number, lambd: float = 0.5) -> Number:
    """Set numbers of size up to lambd to zero and keep the others.

        hardshrink(x) = x where |x| > lambd, else 0

    Derivative: 1 where |x| > lambd, else 0.

    >>> import numpy as np
    >>> hardshrink(np.array([-1.0, 0.3, 0.7]))
    array([-1. ,  0. ,  0.7])
    """
    return select((x >= -lambd) & (x <= lambd), 0.0, x)


def hardshrink_backward(gradient: Number, x: Number, lambd: float) -> Number:
    """Return dL/dx."""
    return select((x >= -lambd) & (x <= lambd), 0.0, gradient)


def ends(lambd: float) -> tuple[float, ...]:
    """Return where the derivative jumps."""
    return (-lambd, lambd)


HARDSHRINK = Activation(
    "hardshrink",
    "Hardshrink",
    hardshrink,
    hardshrink_backward,
    source="Donoho and Johnstone 1994, hard thresholding.",
    kinks=ends,
    option_help={"lambd": "Size up to which numbers become zero."},
)
