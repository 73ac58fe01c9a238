"""Softmax and its relatives: scores become probabilities that sum to 1 along an axis."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidIndex
from chainrule.operations.operation import Example, Operation


def softmax(x: Array, dim: int) -> Array:
    """Turn scores into probabilities; the largest score gets the largest one.

        softmax(x)_i = exp(x_i) / sum_j exp(x_j)

    Shape:
        x: (...), any shape  ->  the same; sums to 1 along ``dim``.

    Derivative: dL/dx = y (g - sum(g y)), from the output alone.
    Numerics: the maximum is subtracted first, which changes nothing but keeps exp() from overflowing.
    Source: Bridle 1990.

    >>> softmax(np.array([2.0, 1.0, 0.1]), 0).round(4)
    array([0.659 , 0.2424, 0.0986])
    """
    exponentials = np.exp(x - _largest(x, dim))
    return exponentials / exponentials.sum(axis=dim, keepdims=True)


def softmax_backward(gradient: Array, y: Array, dim: int) -> Array:
    """Return dL/dx = y (g - sum(g y))."""
    scaled = gradient * y
    return scaled - y * scaled.sum(axis=dim, keepdims=True)


def log_softmax(x: Array, dim: int) -> Array:
    """Logarithm of softmax, right also where the probability rounds to 0.

        log_softmax(x)_i = x_i - log(sum_j exp(x_j))

    Derivative: dL/dx = g - exp(y) sum(g).

    >>> log_softmax(np.array([0.0, 0.0]), 0).round(4)
    array([-0.6931, -0.6931])
    """
    shifted = x - _largest(x, dim)
    return shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


def log_softmax_backward(gradient: Array, y: Array, dim: int) -> Array:
    """Return dL/dx = g - exp(y) sum(g)."""
    return gradient - np.exp(y) * gradient.sum(axis=dim, keepdims=True)


def softmin(x: Array, dim: int) -> Array:
    """Softmax of the negated scores: the smallest gets the largest probability.

    Derivative: the negated one of softmax.
    """
    return softmax(-x, dim)


def softmin_backward(gradient: Array, y: Array, dim: int) -> Array:
    """Return dL/dx."""
    return -softmax_backward(gradient, y, dim)


def softmax_shape(x: Shape, dim: int) -> Shape:
    """Return the input's shape."""
    if not -max(len(x), 1) <= dim < max(len(x), 1):
        raise InvalidIndex(
            f"softmax got dim={dim} for an input of shape {x}: it must lie between "
            f"{-max(len(x), 1)} and {max(len(x), 1) - 1}."
        )
    return x


def _largest(x: Array, dim: int) -> Array:
    """Return the maximum along an axis, kept; of nothing, nothing."""
    return np.max(x, axis=dim, keepdims=True, initial=-np.inf)


EXAMPLES = (
    Example(((4, 3),), {"dim": 1}),
    Example(((4, 3),), {"dim": 0}),
    Example(((2, 3, 4),), {"dim": -2}),
    Example(((5,),), {"dim": 0}),
    Example(((1, 1),), {"dim": 1}),
    Example(((0, 3),), {"dim": 1}),
)
BRIDLE = "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs."
SOFTMAX = Operation(
    "softmax", softmax, (softmax_backward,), softmax_shape, source=BRIDLE, examples=EXAMPLES
)
LOG_SOFTMAX = Operation(
    "log_softmax",
    log_softmax,
    (log_softmax_backward,),
    softmax_shape,
    source=BRIDLE,
    examples=EXAMPLES,
)
SOFTMIN = Operation(
    "softmin", softmin, (softmin_backward,), softmax_shape, source=BRIDLE, examples=EXAMPLES
)
SOFTMAX_OPERATIONS: tuple[Operation, ...] = (SOFTMAX, LOG_SOFTMAX, SOFTMIN)
