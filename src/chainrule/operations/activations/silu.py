"""SiLU, also called Swish."""

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import logistic


def silu(x: Number) -> Number:
    """Weigh a number by its own sigmoid; also called Swish.

        silu(x) = x sigmoid(x)

    Derivative: s (1 + x (1 - s)) with s = sigmoid(x). Smooth; lowest (-0.278) at -1.278.

    >>> import numpy as np
    >>> silu(np.array([-1.0, 1.0])).round(3)
    array([-0.269,  0.731])
    """
    return x * logistic(x)


def silu_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    s = logistic(x)
    return gradient * s * (1 + x * (1 - s))


SILU = Activation(
    "silu",
    "SiLU",
    silu,
    silu_backward,
    source="Elfwing, Uchibe and Doya 2017; Ramachandran, Zoph and Le 2017.",
    has_inplace=True,
)
