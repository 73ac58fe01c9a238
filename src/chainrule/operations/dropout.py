"""Dropout: units are switched off at random, so that no unit can rely on another."""

import math

import numpy as np

from chainrule.array_types import Array, Dtype, Shape
from chainrule.operations.operation import Example, Operation
from chainrule.randomness import random_bits

PROBABILITY_BITS = 53  # of the 64 random bits of an element: as many as a float64 holds exactly


def dropout(
    x: Array, p: float, key: int, offset: int, mask_shape: Shape | None = None
) -> tuple[Array, Array]:
    """Set each number to zero with probability p and scale the others up to make up for it.

        y = m x, with m = 0 with probability p, else 1 / (1 - p)

    The factor m of element i depends on ``key``, ``offset + i`` and p alone.

    Args:
        x: The input, any shape.
        p: Probability of a zero, from 0 to 1.
        key: Of the stream of random bits.
        offset: Where in the stream this mask begins.
        mask_shape: Shape of the factors, which broadcasts against x; by default that of x. A
            smaller one drops whole channels.

    Derivative: dL/dx = m g, with the same m, which is kept.

    >>> y, factors = dropout(np.ones(1000), 0.5, key=1, offset=0)
    >>> sorted(set(y.tolist()))
    [0.0, 2.0]
    """
    shape = x.shape if mask_shape is None else mask_shape
    factors = dropout_factors(shape, p, key, offset, x.dtype)
    return x * factors, factors


def dropout_factors(shape: Shape, p: float, key: int, offset: int, dtype: Dtype) -> Array:
    """Return 0 with probability p and 1 / (1 - p) otherwise, for each element of a shape."""
    if p == 1:
        return np.zeros(shape, dtype)
    counter = np.arange(offset, offset + math.prod(shape), dtype=np.uint64)
    kept = random_bits(np.uint64(key), counter) >= keep_threshold(p)
    return np.multiply(kept, 1 / (1 - p), dtype=dtype).reshape(shape)


def keep_threshold(p: float) -> np.uint64:
    """Return the number below which random bits mean zero, for a probability below 1.

    The comparison is one of integers: exact, and the same whatever the dtype of the input.

    >>> keep_threshold(0.5) == 2**63
    np.True_
    """
    return np.uint64(int(p * 2.0**PROBABILITY_BITS) << (64 - PROBABILITY_BITS))


def dropout_backward(gradient: Array, factors: Array) -> Array:
    """Return dL/dx, through the same mask."""
    return gradient * factors


def dropout_shape(x: Shape, p: float, key: int, offset: int, mask_shape: Shape | None) -> Shape:
    """Return the input's shape."""
    del p, key, offset, mask_shape
    return x


DROPOUT = Operation(
    "dropout",
    dropout,
    (dropout_backward,),
    dropout_shape,
    source="Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from "
    "overfitting.",
    saved=("factors",),
    examples=tuple(
        Example((shape,), {"p": p, "key": 5, "offset": 3, "mask_shape": mask_shape})
        for shape, p, mask_shape in (
            ((4, 3), 0.5, None),
            ((4, 3), 0.0, None),
            ((4, 3), 1.0, None),
            ((2, 3, 4), 0.4, (2, 3, 1)),
            ((0, 3), 0.5, None),
            ((), 0.5, None),
        )
    ),
)
DROPOUT_OPERATIONS: tuple[Operation, ...] = (DROPOUT,)
