"""SELU, the self-normalising ELU."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import select

ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946


def selu(x: Number) -> Number:
    """Scaled ELU whose constants keep mean 0 and variance 1 through many layers.

        selu(x) = SCALE x where x > 0, else SCALE ALPHA (exp(x) - 1)

    Derivative: SCALE where x > 0, else SCALE ALPHA exp(x); at the kink 0 it is SCALE ALPHA.

    >>> selu(np.array([1.0])).round(4)
    array([1.0507])
    """
    return select(x > 0, SCALE * x, (SCALE * ALPHA) * np.expm1(np.minimum(x, 0)))


def selu_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    return gradient * select(x > 0, SCALE, (SCALE * ALPHA) * np.exp(np.minimum(x, 0)))


SELU = Activation(
    "selu",
    "SELU",
    selu,
    selu_backward,
    source="Klambauer et al. 2017, which derives the constants.",
    kinks=(0.0,),
    has_inplace=True,
)
