"""Softshrink: everything moves towards zero."""

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select


def softshrink(x: Number, lambd: float = 0.5) -> Number:
    """Move every number lambd closer to zero, small ones to zero.

        softshrink(x) = x - lambd where x > lambd, x + lambd where x < -lambd, else 0

    Derivative: 1 where |x| > lambd, else 0.

    >>> import numpy as np
    >>> softshrink(np.array([-1.0, 0.3, 0.7])).round(1)
    array([-0.5,  0. ,  0.2])
    """
    return select(x > lambd, x - lambd, select(x < -lambd, x + lambd, 0.0 * x))


def softshrink_backward(gradient: Number, x: Number, lambd: float) -> Number:
    """Return dL/dx."""
    return select((x >= -lambd) & (x <= lambd), 0.0, gradient)


def ends(lambd: float) -> tuple[float, ...]:
    """Return where the derivative jumps."""
    return (-lambd, lambd)


def check_lambd(lambd: float) -> str:
    """Say what is wrong with the option; nothing if it can be used."""
    return "" if lambd >= 0 else f"lambd={lambd} must not be negative"


SOFTSHRINK = Activation(
    "softshrink",
    "Softshrink",
    softshrink,
    softshrink_backward,
    source="Donoho and Johnstone 1994, soft thresholding.",
    kinks=ends,
    check=check_lambd,
    option_help={"lambd": "How far numbers move towards zero. Not negative."},
)
