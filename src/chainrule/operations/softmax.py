"""Softmax and its relatives: scores become probabilities that sum to 1 along an axis."""

from collections.abc import Callable

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.operations.axes import axis_of
from chainrule.operations.operation import Example, Operation


def softmax(x: Array, dim: int) -> Array:
    """Turn scores into probabilities; the largest score gets the largest one.

        softmax(x)_i = exp(x_i) / sum_j exp(x_j)

    Args:
        x: Scores, any shape.
        dim: The axis along which the results sum to 1.

    Shape:
        x: (...), any shape  ->  the same.

    Derivative: dL/dx = y (g - sum(g y)), from the output alone.
    Numerics: the maximum is subtracted first, which changes nothing but keeps exp() from
        overflowing: scores may be as large as the dtype allows.

    >>> softmax(np.array([2.0, 1.0, 0.1]), 0).round(4)
    array([0.659 , 0.2424, 0.0986])
    """
    exponentials = np.asarray(_minus_largest(x, dim))
    np.exp(exponentials, out=exponentials)
    exponentials /= np.sum(exponentials, axis=dim, keepdims=True)
    return exponentials


def softmax_backward(gradient: Array, y: Array, dim: int) -> Array:
    """Return dL/dx = y (g - sum(g y))."""
    scaled = gradient * y
    return scaled - y * np.sum(scaled, axis=dim, keepdims=True)


def log_softmax(x: Array, dim: int) -> Array:
    """Logarithm of softmax, right also where the probability rounds to 0.

        log_softmax(x)_i = x_i - log(sum_j exp(x_j))

    Args:
        x: Scores, any shape.
        dim: The axis along which the probabilities sum to 1.

    Derivative: dL/dx = g - exp(y) sum(g), from the output alone.

    >>> log_softmax(np.array([0.0, 1000.0]), 0)
    array([-1000.,     0.])
    """
    shifted = _minus_largest(x, dim)
    return shifted - np.log(np.sum(np.exp(shifted), axis=dim, keepdims=True))


def log_softmax_backward(gradient: Array, y: Array, dim: int) -> Array:
    """Return dL/dx = g - exp(y) sum(g)."""
    return gradient - np.exp(y) * np.sum(gradient, axis=dim, keepdims=True)


def softmin(x: Array, dim: int) -> Array:
    """Softmax of the negated scores: the smallest gets the largest probability.

        softmin(x) = softmax(-x)

    Args:
        x: Scores, any shape.
        dim: The axis along which the results sum to 1.

    Derivative: the negated one of softmax, from the output alone.

    >>> softmin(np.array([1.0, 1.0]), 0)
    array([0.5, 0.5])
    """
    return softmax(-x, dim)


def softmin_backward(gradient: Array, y: Array, dim: int) -> Array:
    """Return dL/dx."""
    return -softmax_backward(gradient, y, dim)


def same_shape(name: str) -> Callable[[Shape, int], Shape]:
    """Return the shape rule of an operation of this name: the input's shape, if it has the axis."""

    def shape(x: Shape, dim: int) -> Shape:
        axis_of(name, dim, len(x))
        return x

    return shape


def _minus_largest(x: Array, dim: int) -> Array:
    """Subtract the maximum along an axis; of nothing, nothing."""
    # A start for the maximum lets it be taken of an axis of length 0.
    return x - np.max(x, axis=dim, keepdims=True, initial=-np.inf)


EXAMPLES = (
    Example(((4, 3),), {"dim": 1}),
    Example(((4, 3),), {"dim": 0}),
    Example(((2, 3, 4),), {"dim": -2}),
    Example(((5,),), {"dim": 0}),
    Example(((1, 1),), {"dim": 1}),
    Example(((),), {"dim": -1}),
    Example(((0, 3),), {"dim": 1}),
    Example(((2, 0),), {"dim": 1}),
)
BRIDLE = "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs."
SOFTMAX = Operation(
    "softmax",
    softmax,
    (softmax_backward,),
    same_shape("softmax"),
    source=BRIDLE,
    examples=EXAMPLES,
)
LOG_SOFTMAX = Operation(
    "log_softmax",
    log_softmax,
    (log_softmax_backward,),
    same_shape("log_softmax"),
    source=BRIDLE,
    examples=EXAMPLES,
)
SOFTMIN = Operation(
    "softmin",
    softmin,
    (softmin_backward,),
    same_shape("softmin"),
    source=BRIDLE,
    examples=EXAMPLES,
)
SOFTMAX_OPERATIONS: tuple[Operation, ...] = (SOFTMAX, LOG_SOFTMAX, SOFTMIN)
