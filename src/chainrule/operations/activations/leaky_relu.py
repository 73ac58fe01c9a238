"""Leaky ReLU: ReLU that lets a little through below zero."""

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select


def leaky_relu(x: Number, negative_slope: float = 0.01) -> Number:
    """Keep what is positive and shrink the rest, so that no unit goes dead.

        leaky_relu(x) = x where x > 0, else negative_slope x

    Derivative: 1 where x > 0, else negative_slope; at the kink 0 it is negative_slope.

    >>> import numpy as np
    >>> leaky_relu(np.array([-2.0, 3.0]))
    array([-0.02,  3.  ])
    """
    return select(x > 0, x, negative_slope * x)


def leaky_relu_backward(gradient: Number, x: Number, negative_slope: float) -> Number:
    """Return dL/dx."""
    return select(x > 0, gradient, negative_slope * gradient)


LEAKY_RELU = Activation(
    "leaky_relu",
    "LeakyReLU",
    leaky_relu,
    leaky_relu_backward,
    source="Maas, Hannun and Ng 2013.",
    kinks=(0.0,),
    has_inplace=True,
    examples=({}, {"negative_slope": 0.3}),
    option_help={"negative_slope": "Slope below zero."},
)
