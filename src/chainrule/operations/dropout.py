"""Dropout: units are switched off at random, so that no unit can rely on another."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.operations.operation import Example, Operation
from chainrule.randomness import random_bits

BITS = 53  # as many as a float64 holds exactly


def dropout(
    x: Array, p: float, key: int, offset: int, mask_shape: Shape | None = None
) -> tuple[Array, Array]:
    """Set each number to zero with probability p and scale the others up to make up for it.

        y = x m / (1 - p), with m = 0 with probability p, else 1

    The mask of element i depends on ``key`` and ``offset + i`` alone.

    Args:
        x: The input, any shape.
        p: Probability of a zero, from 0 to 1.
        key: Of the stream of random bits.
        offset: Where in the stream this mask begins.
        mask_shape: Shape of the mask, which broadcasts against x; by default that of x. Smaller ones
            drop whole channels.

    Derivative: dL/dx = g m / (1 - p), with the same mask.
    Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from
        overfitting.

    >>> y, factors = dropout(np.ones(1000), 0.5, key=1, offset=0)
    >>> sorted(set(y.tolist()))
    [0.0, 2.0]
    """
    factors = dropout_factors(x.shape if mask_shape is None else mask_shape, p, key, offset, x.dtype)
    return x * factors, factors


def dropout_factors(
    shape: Shape, p: float, key: int, offset: int, dtype: "np.dtype[np.floating]"
) -> Array:
    """Return 0 with probability p and 1 / (1 - p) otherwise, for each element of a shape."""
    count = int(np.prod(shape, dtype=np.int64))
    counter = np.arange(offset, offset + count, dtype=np.uint64)
    bits = random_bits(np.uint64(key), counter)
    # Compare as integers: exact, and the same for every dtype.
    keep = bits >= np.uint64(min(int(p * 2.0**BITS), 2**BITS - 1) << (64 - BITS)) if p < 1 else None
    if keep is None:
        return np.zeros(shape, dtype)
    factors = keep.astype(dtype)
    factors *= 1.0 / (1.0 - p)
    return factors.reshape(shape)


def dropout_backward(gradient: Array, factors: Array) -> Array:
    """Return dL/dx, through the same mask."""
    return gradient * factors


def dropout_shape(
    x: Shape, p: float, key: int, offset: int, mask_shape: Shape | None
) -> Shape:
    """Return the input's shape."""
    del p, key, offset, mask_shape
    return x


DROPOUT = Operation(
    "dropout",
    dropout,
    (dropout_backward,),
    dropout_shape,
    source="Srivastava et al. 2014, Dropout.",
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
