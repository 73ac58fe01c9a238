"""ELU, the exponential linear unit."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select


def elu(x: Number, alpha: float = 1.0) -> Number:
    """Keep what is positive; below zero approach -alpha smoothly.

        elu(x) = x where x > 0, else alpha (exp(x) - 1)

    Derivative: 1 where x > 0, else alpha exp(x); for alpha = 1 without a jump.

    >>> elu(np.array([-1.0, 2.0])).round(3)
    array([-0.632,  2.   ])
    """
    # The exponential of a positive number is not needed and might overflow.
    return select(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_backward(gradient: Number, x: Number, alpha: float) -> Number:
    """Return dL/dx."""
    return select(x > 0, gradient, gradient * alpha * np.exp(np.minimum(x, 0)))


def jumps(alpha: float) -> tuple[float, ...]:
    """Return where the derivative jumps: for alpha = 1 nowhere."""
    return () if alpha == 1 else (0.0,)


ELU = Activation(
    "elu",
    "ELU",
    elu,
    elu_backward,
    source="Clevert, Unterthiner and Hochreiter 2015.",
    kinks=jumps,
    has_inplace=True,
    examples=({}, {"alpha": 0.5}),
    option_help={"alpha": "The output approaches -alpha far below zero."},
)
