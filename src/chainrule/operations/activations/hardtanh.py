"""Hardtanh: tanh drawn with a ruler."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def hardtanh(x: Number, min_val: float = -1.0, max_val: float = 1.0) -> Number:
    """Cut off what is below min_val or above max_val.

        hardtanh(x) = min(max(x, min_val), max_val)

    Derivative: 1 strictly between the two, else 0.

    >>> hardtanh(np.array([-2.0, 0.5, 2.0]))
    array([-1. ,  0.5,  1. ])
    """
    return np.minimum(np.maximum(x, min_val), max_val)


def hardtanh_backward(gradient: Number, x: Number, min_val: float, max_val: float) -> Number:
    """Return dL/dx."""
    return gradient * ((x > min_val) & (x < max_val))


def ends(min_val: float, max_val: float) -> tuple[float, ...]:
    """Return where the derivative jumps."""
    return (min_val, max_val)


def check_ends(min_val: float, max_val: float) -> str:
    """Say what is wrong with the options; nothing if they can be used."""
    return "" if min_val < max_val else f"min_val={min_val} must be below max_val={max_val}"


HARDTANH = Activation(
    "hardtanh",
    "Hardtanh",
    hardtanh,
    hardtanh_backward,
    source="Collobert 2004.",
    kinks=ends,
    has_inplace=True,
    check=check_ends,
    option_help={"min_val": "Smallest output.", "max_val": "Largest output, above min_val."},
)
