"""Softplus: a smooth ReLU."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation
from chainrule.operations.numbers import logistic, select


def softplus(x: Number, beta: float = 1.0, threshold: float = 20.0) -> Number:
    """Smooth version of ReLU, always positive.

        softplus(x) = log(1 + exp(beta x)) / beta, and x where beta x > threshold

    Derivative: sigmoid(beta x), and 1 beyond the threshold.
    Numerics: no overflow: exp() is only taken of negative numbers.

    >>> softplus(np.array([0.0])).round(4)
    array([0.6931])
    """
    scaled = beta * x
    smooth = (np.maximum(scaled, 0) + np.log1p(np.exp(-np.abs(scaled)))) / beta
    return select(scaled > threshold, x, smooth)


def softplus_backward(gradient: Number, x: Number, beta: float, threshold: float) -> Number:
    """Return dL/dx."""
    scaled = beta * x
    return select(scaled > threshold, gradient, gradient * logistic(scaled))


def seam(beta: float, threshold: float) -> tuple[float, ...]:
    """Return where the curve is replaced by the straight line; by default the step is 2e-9."""
    return (threshold / beta,)


def check_beta(beta: float, threshold: float) -> str:
    """Say what is wrong with the options; nothing if they can be used."""
    del threshold
    return "" if beta > 0 else f"beta={beta} must be positive"


SOFTPLUS = Activation(
    "softplus",
    "Softplus",
    softplus,
    softplus_backward,
    source="Dugas et al. 2001. The threshold is PyTorch's.",
    kinks=seam,
    examples=({}, {"beta": 3.0, "threshold": 2.0}),
    check=check_beta,
    option_help={
        "beta": "Sharpness, in 1 / units of x. Positive.",
        "threshold": "Value of beta x beyond which x itself is returned.",
    },
)
