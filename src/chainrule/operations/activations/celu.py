"""CELU: ELU whose derivative has no jump for any alpha."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select


def celu(x: Number, alpha: float = 1.0) -> Number:
    """Keep what is positive; below zero approach -alpha smoothly, with slope 1 at zero.

        celu(x) = x where x > 0, else alpha (exp(x / alpha) - 1)

    Derivative: 1 where x > 0, else exp(x / alpha).

    >>> celu(np.array([-1.0, 2.0])).round(3)
    array([-0.632,  2.   ])
    """
    return select(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


def celu_backward(gradient: Number, x: Number, alpha: float) -> Number:
    """Return dL/dx."""
    return select(x > 0, gradient, gradient * np.exp(np.minimum(x, 0) / alpha))


def check_alpha(alpha: float) -> str:
    """Say what is wrong with the option; nothing if it can be used."""
    return "" if alpha != 0 else "alpha must not be 0"


CELU = Activation(
    "celu",
    "CELU",
    celu,
    celu_backward,
    source="Barron 2017.",
    has_inplace=True,
    examples=({}, {"alpha": 0.5}),
    check=check_alpha,
    option_help={"alpha": "The output approaches -alpha far below zero. Not 0."},
)
