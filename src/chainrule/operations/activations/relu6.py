"""ReLU6: ReLU that stops at 6."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def relu6(x: Number) -> Number:
    """Keep what is between 0 and 6, and cut the rest off.

        relu6(x) = min(max(x, 0), 6)

    Derivative: 1 strictly between 0 and 6, else 0.

    >>> relu6(np.array([-1.0, 3.0, 9.0]))
    array([0., 3., 6.])
    """
    return np.minimum(np.maximum(x, 0), 6)


def relu6_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx: dL/dy where the output lies strictly between 0 and 6."""
    return gradient * ((y > 0) & (y < 6))


RELU6 = Activation(
    "relu6",
    "ReLU6",
    relu6,
    relu6_backward,
    source="Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10.",
    kinks=(0.0, 6.0),
    has_inplace=True,
    integers="kept",
)
