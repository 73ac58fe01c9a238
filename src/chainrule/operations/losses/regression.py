"""Losses of predicted numbers: squared and absolute errors, and two that join them smoothly."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.numbers import select
from chainrule.operations.operation import Elementwise, Example, default_examples


def mse_loss(input: Number, target: Number) -> Number:
    """Square the error, which weighs large errors most.

        y = (input - target)^2

    Derivative: 2 (input - target); for the target its negative.

    >>> mse_loss(np.array([2.5, 0.0]), np.array([3.0, -0.5]))
    array([0.25, 0.25])
    """
    return (input - target) * (input - target)


def mse_loss_backward_input(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dinput = dL/dy * 2 (input - target)."""
    return gradient * (2.0 * (input - target))


def mse_loss_backward_target(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dtarget = -dL/dinput."""
    return gradient * (2.0 * (target - input))


def l1_loss(input: Number, target: Number) -> Number:
    """Take the distance to the target, which outliers pull at no harder than others.

        y = |input - target|

    Derivative: sign(input - target), 0 at the kink; for the target its negative.
    """
    return np.abs(input - target)


def l1_loss_backward_input(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dinput = dL/dy * sign(input - target)."""
    return gradient * np.sign(input - target)


def l1_loss_backward_target(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dtarget = -dL/dinput."""
    return gradient * np.sign(target - input)


def smooth_l1_loss(input: Number, target: Number, beta: float = 1.0) -> Number:
    """Square small errors and take the size of large ones.

        y = (input - target)^2 / (2 beta)   where |input - target| < beta
            |input - target| - beta / 2     elsewhere

    Derivative: (input - target) / beta where that is small, else sign(input - target).
    Source: Girshick 2015, Fast R-CNN.
    """
    distance = np.abs(input - target)
    return select(distance < beta, 0.5 * distance * distance / beta, distance - 0.5 * beta)


def smooth_l1_loss_backward_input(
    gradient: Number, input: Number, target: Number, beta: float
) -> Number:
    """Return dL/dinput: dL/dy times the error in units of beta, cut off at -1 and 1."""
    error = input - target
    return gradient * select(np.abs(error) < beta, error / beta, np.sign(error))


def smooth_l1_loss_backward_target(
    gradient: Number, input: Number, target: Number, beta: float
) -> Number:
    """Return dL/dtarget = -dL/dinput."""
    error = target - input
    return gradient * select(np.abs(error) < beta, error / beta, np.sign(error))


def huber_loss(input: Number, target: Number, delta: float = 1.0) -> Number:
    """Square small errors and take delta times the size of large ones.

        y = (input - target)^2 / 2                     where |input - target| <= delta
            delta * (|input - target| - delta / 2)     elsewhere

    Derivative: input - target, cut off at -delta and delta.
    Source: Huber 1964.
    """
    distance = np.abs(input - target)
    return select(distance <= delta, 0.5 * distance * distance, delta * (distance - 0.5 * delta))


def huber_loss_backward_input(
    gradient: Number, input: Number, target: Number, delta: float
) -> Number:
    """Return dL/dinput: dL/dy times the error, cut off at -delta and delta."""
    return gradient * np.minimum(np.maximum(input - target, -delta), delta)


def huber_loss_backward_target(
    gradient: Number, input: Number, target: Number, delta: float
) -> Number:
    """Return dL/dtarget = -dL/dinput."""
    return gradient * np.minimum(np.maximum(target - input, -delta), delta)


MSE_LOSS = Elementwise(
    "mse_loss",
    mse_loss,
    (mse_loss_backward_input, mse_loss_backward_target),
    source="Legendre 1805, Gauss 1809: least squares.",
)
L1_LOSS = Elementwise(
    "l1_loss",
    l1_loss,
    (l1_loss_backward_input, l1_loss_backward_target),
    source="Laplace 1774: least absolute deviations.",
)
SMOOTH_L1_LOSS = Elementwise(
    "smooth_l1_loss",
    smooth_l1_loss,
    (smooth_l1_loss_backward_input, smooth_l1_loss_backward_target),
    source="Girshick 2015, Fast R-CNN.",
    examples=(
        *default_examples(2),
        Example(((3, 4), (3, 4)), {"beta": 0.5}),
        Example(((3, 4), (3, 4)), {"beta": 3.0}),
        Example(((3, 4), (3, 4)), {"beta": 0.0}),
    ),
)
HUBER_LOSS = Elementwise(
    "huber_loss",
    huber_loss,
    (huber_loss_backward_input, huber_loss_backward_target),
    source="Huber 1964, Robust estimation of a location parameter.",
    examples=(
        *default_examples(2),
        Example(((3, 4), (3, 4)), {"delta": 0.5}),
        Example(((3, 4), (3, 4)), {"delta": 3.0}),
    ),
)
