"""GELU, the Gaussian error linear unit."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import normal_cdf, normal_density

TANH_FACTOR = 0.7978845608028654  # sqrt(2 / pi)
CUBIC = 0.044715


def gelu(x: Number) -> Number:
    """Weigh a number by the probability that a standard normal number is below it.

        gelu(x) = x Phi(x)

    Derivative: Phi(x) + x phi(x), with the normal distribution Phi and its density phi. Smooth.

    >>> gelu(np.array([-1.0, 1.0, 2.0])).round(3)
    array([-0.159,  0.841,  1.954])
    """
    return x * normal_cdf(x)


def gelu_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    return gradient * (normal_cdf(x) + x * normal_density(x))


def gelu_tanh(x: Number) -> Number:
    """Approximate GELU with a tanh instead of the error function.

        gelu_tanh(x) = x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3)

    Derivative: (1 + t) / 2 + x (1 - t^2) u' / 2 with t = tanh(u).

    >>> gelu_tanh(np.array([1.0])).round(4)
    array([0.8412])
    """
    return 0.5 * x * (1 + np.tanh(TANH_FACTOR * (x + CUBIC * x * x * x)))


def gelu_tanh_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx."""
    # Beyond 1e3 the tanh is 1 to the last bit; the cut keeps x^3 from overflowing.
    x = np.minimum(np.maximum(x, -1e3), 1e3)
    t = np.tanh(TANH_FACTOR * (x + CUBIC * x * x * x))
    slope = TANH_FACTOR * (1 + 3 * CUBIC * x * x)
    return gradient * 0.5 * (1 + t + x * (1 - t * t) * slope)


# Two formulas, since a compiled loop should not branch on a text. The one function and the one
# module that choose between them are written by hand in nn.
GELU = Activation(
    "gelu",
    None,
    gelu,
    gelu_backward,
    source="Hendrycks and Gimpel 2016.",
)
GELU_TANH = Activation(
    "gelu_tanh",
    None,
    gelu_tanh,
    gelu_tanh_backward,
    source="Hendrycks and Gimpel 2016.",
)
