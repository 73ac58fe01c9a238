"""ReLU, the rectified linear unit."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def relu(x: Number) -> Number:
    """Keep what is positive and set the rest to zero.

        relu(x) = max(x, 0)

    Shape:
        x: (...), any shape  ->  (...), the same shape.

    Derivative: 1 where x > 0 and 0 elsewhere; at the kink 0 it is taken as 0, as PyTorch does.

    >>> relu(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """
    return np.maximum(x, 0)


def relu_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = dL/dy where the unit was active; the output alone tells."""
    return gradient * (y > 0)


RELU = Activation(
    "relu",
    "ReLU",
    relu,
    relu_backward,
    source="Fukushima 1969; for deep networks Nair and Hinton 2010, Glorot et al. 2011.",
    kinks=(0.0,),
    has_inplace=True,
    integers="kept",
)
