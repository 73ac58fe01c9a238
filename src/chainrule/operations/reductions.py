"""Sums, means, products, spread and norms over all axes or some of them.

``dim`` is one axis, a tuple of axes, or None for all; ``keepdim`` keeps them with length 1. Where a
derivative needs only the shape of its input, that alone is saved.
"""

import math

import numpy as np

from chainrule.array_types import Array, Shape, int64
from chainrule.operations.axes import (
    EMPTY_REDUCED,
    REDUCED,
    Dims,
    axis_argument,
    axis_of,
    count_over,
    nonempty_reduced_shape,
    reduce_axes,
    reduced_shape,
    restore_axes,
    shape_rule,
    spread,
)
from chainrule.operations.extremes import EXTREMES
from chainrule.operations.operation import Example, Operation


def total(x: Array, dim: Dims = None, keepdim: bool = False) -> tuple[Array, Shape]:
    """Return the sum. Integers and truth values are summed as int64.

    Derivative: 1 for every number.

    >>> total(np.array([[1.0, 2.0], [3.0, 4.0]]), 0)[0]
    array([4., 6.])
    """
    dtype = None if x.dtype.kind == "f" else int64
    return reduce_axes(np.add, x, dim, keepdim, dtype), x.shape


def total_backward(gradient: Array, x_shape: Shape, dim: Dims) -> Array:
    """Return dL/dx: dL/dy, repeated over the axes summed."""
    return spread(gradient, x_shape, dim)


def mean(x: Array, dim: Dims = None, keepdim: bool = False) -> tuple[Array, Shape]:
    """Return the sum divided by the count; the mean of nothing is NaN.

    Derivative: 1 / count for every number.
    """
    return reduce_axes(np.add, x, dim, keepdim) / count_over(x.shape, dim), x.shape


def mean_backward(gradient: Array, x_shape: Shape, dim: Dims) -> Array:
    """Return dL/dx: dL/dy / count, repeated over the axes averaged."""
    return spread(gradient / count_over(x_shape, dim), x_shape, dim)


def product(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Return the product. Integers and truth values are multiplied as int64.

    Derivative: the product of all the other numbers, also where some are zero.
    """
    dtype = None if x.dtype.kind == "f" else int64
    return reduce_axes(np.multiply, x, dim, keepdim, dtype)


def product_backward(gradient: Array, x: Array, dim: int | None) -> Array:
    """Return dL/dx: dL/dy times the product of the numbers before and after each."""
    is_flat = dim is None or x.ndim == 0
    rows = x.reshape(-1) if is_flat else np.moveaxis(x, dim or 0, -1)
    before, after = np.ones_like(rows), np.ones_like(rows)
    np.multiply.accumulate(rows[..., :-1], axis=-1, out=before[..., 1:])
    np.multiply.accumulate(rows[..., :0:-1], axis=-1, out=after[..., -2::-1])
    others = before * after
    others = others.reshape(x.shape) if is_flat else np.moveaxis(others, -1, dim or 0)
    return restore_axes(gradient, x.shape, dim) * others


def variance(
    x: Array, dim: Dims = None, correction: float = 1, keepdim: bool = False
) -> tuple[Array, Array]:
    """Return the mean squared distance from the mean.

        var(x) = sum((x - mean)^2) / (count - correction)

    Correction 1 (Bessel's) makes it an unbiased estimate from a sample, 0 describes the numbers
    themselves. Without more numbers than the correction it is NaN or infinite.

    Derivative: 2 (x - mean) / (count - correction).
    """
    count = count_over(x.shape, dim)
    # Unlike the square of the mean subtracted from the mean square, this cancels no digits.
    centred = x - reduce_axes(np.add, x, dim, True) / x.dtype.type(count)
    squares = reduce_axes(np.add, centred * centred, dim, keepdim)
    return squares / x.dtype.type(max(count - correction, 0)), centred


def variance_backward(gradient: Array, centred: Array, dim: Dims, correction: float) -> Array:
    """Return dL/dx = dL/dy * 2 (x - mean) / (count - correction)."""
    degrees = centred.dtype.type(max(count_over(centred.shape, dim) - correction, 0))
    return restore_axes(gradient * 2 / degrees, centred.shape, dim) * centred


def deviation(
    x: Array, dim: Dims = None, correction: float = 1, keepdim: bool = False
) -> tuple[Array, Array]:
    """Return the standard deviation, the square root of the variance.

    Derivative: (x - mean) / ((count - correction) y); where all numbers are equal it is taken as 0.
    """
    squared, centred = variance(x, dim, correction, keepdim)
    return np.sqrt(squared), centred


def deviation_backward(
    gradient: Array, centred: Array, y: Array, dim: Dims, correction: float
) -> Array:
    """Return dL/dx: the variance's, times 1 / (2 y)."""
    scaled = np.where(y == 0, 0.0, gradient / (2 * y))
    return variance_backward(scaled, centred, dim, correction)


def logsumexp(x: Array, dim: Dims, keepdim: bool = False) -> Array:
    """Return log(sum(exp(x))) without overflow, a smooth maximum.

    Derivative: softmax(x) = exp(x - y).

    >>> logsumexp(np.array([1000.0, 1000.0]), 0)
    array(1000.69314718)
    """
    axes = axis_argument(dim, x.ndim)
    # The largest number comes out first: exp() of it would overflow. Infinity stays inside.
    largest = np.maximum.reduce(x, axes, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(largest), largest, 0.0)
    summed = np.log(reduce_axes(np.add, np.exp(x - shift), dim, True)) + shift
    return summed.reshape(reduced_shape("logsumexp", x.shape, dim, keepdim))


def logsumexp_backward(gradient: Array, x: Array, y: Array, dim: Dims) -> Array:
    """Return dL/dx = dL/dy * exp(x - y)."""
    return restore_axes(gradient, x.shape, dim) * np.exp(x - restore_axes(y, x.shape, dim))


def cumulative_sum(x: Array, dim: int) -> Array:
    """Return the running sums along an axis.

    Derivative: each number is part of the sums from its own position on.
    """
    dtype = None if x.dtype.kind == "f" else int64
    if x.ndim == 0:
        return x.astype(dtype or x.dtype)
    return np.add.accumulate(x, dim, dtype)


def cumulative_sum_backward(gradient: Array, dim: int) -> Array:
    """Return dL/dx: the running sums of dL/dy from the end."""
    if gradient.ndim == 0:
        return gradient
    return np.flip(np.add.accumulate(np.flip(gradient, dim), dim), dim)


def cumulative_sum_shape(x: Shape, dim: int) -> Shape:
    """Return the shape of the input."""
    axis_of("cumsum", dim, len(x))
    return x


def norm(x: Array, p: float = 2, dim: Dims = None, keepdim: bool = False) -> Array:
    """Return the length of a vector.

        norm(x) = sum(|x|^p)^(1/p)

    p = 2 is the Euclidean length, 1 the sum of distances, infinity the largest, minus infinity the
    smallest, 0 the number of entries that are not zero.

    Derivative: sign(x) (|x| / y)^(p - 1), and 0 where that has no value: at the length 0, or for
    p = 0. At infinity, entries equally large share it evenly.
    """
    if p == 2:
        return np.sqrt(reduce_axes(np.add, x * x, dim, keepdim))
    size = np.abs(x)
    if p == math.inf:
        return reduce_axes(np.maximum, size, dim, keepdim)
    if p == -math.inf:
        return reduce_axes(np.minimum, size, dim, keepdim)
    if p == 0:
        return reduce_axes(np.add, x != 0, dim, keepdim, x.dtype)
    return np.power(reduce_axes(np.add, np.power(size, p), dim, keepdim), 1 / p)


def norm_backward(gradient: Array, x: Array, y: Array, p: float, dim: Dims) -> Array:
    """Return dL/dx = dL/dy * sign(x) (|x| / y)^(p - 1)."""
    if p == 0:
        return np.zeros_like(x)
    gradient, y = restore_axes(gradient, x.shape, dim), restore_axes(y, x.shape, dim)
    if p == 1:
        return gradient * np.sign(x)
    if p == 2:
        return np.where(y == 0, 0.0, gradient * (x / y))
    size = np.abs(x)
    if math.isinf(p):
        chosen = size == y
        shares = reduce_axes(np.add, chosen, dim, True, x.dtype)
        return np.sign(x) * chosen * (gradient / shares)
    return np.where(size == 0, 0.0, gradient * np.sign(x) * np.power(size / y, p - 1))


def _variance_shape(x: Shape, dim: Dims, correction: float, keepdim: bool) -> Shape:  # noqa: ARG001
    return reduced_shape("var", x, dim, keepdim)


def _deviation_shape(x: Shape, dim: Dims, correction: float, keepdim: bool) -> Shape:  # noqa: ARG001
    return reduced_shape("std", x, dim, keepdim)


def _norm_shape(x: Shape, p: float, dim: Dims, keepdim: bool) -> Shape:
    rule = nonempty_reduced_shape if math.isinf(p) else reduced_shape
    return rule("norm", x, dim, keepdim)


SUM = Operation(
    "sum",
    total,
    (total_backward,),
    shape_rule("sum"),
    saved=("x_shape",),
    examples=REDUCED + EMPTY_REDUCED,
)
MEAN = Operation(
    "mean",
    mean,
    (mean_backward,),
    shape_rule("mean"),
    saved=("x_shape",),
    examples=REDUCED,
)
PRODUCT = Operation(
    "prod",
    product,
    (product_backward,),
    shape_rule("prod"),
    examples=(
        Example(((2, 3),), {"dim": 0}),
        Example(((2, 3, 2),), {"dim": -2, "keepdim": True}),
        Example(((1,),), {"dim": 0}),
        Example(((),), {"dim": 0}),
        Example(((0, 3),), {"dim": 0}),
        Example(((0, 3),), {"dim": 1}),
        Example((np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 1.0]]),), {"dim": 1}),
    ),
)
SPREAD_EXAMPLES = (
    Example(((2, 3),)),
    Example(((2, 3),), {"dim": 0, "keepdim": True}),
    Example(((2, 3, 4),), {"dim": (0, 2)}),
    Example(((2, 3),), {"dim": -1, "correction": 0}),
    Example(((1,),), {"correction": 0}),
)
VARIANCE = Operation(
    "var",
    variance,
    (variance_backward,),
    _variance_shape,
    saved=("centred",),
    source="Chan, Golub and LeVeque 1983, the two-pass algorithm.",
    examples=SPREAD_EXAMPLES,
)
DEVIATION = Operation(
    "std",
    deviation,
    (deviation_backward,),
    _deviation_shape,
    saved=("centred",),
    examples=SPREAD_EXAMPLES,
)
LOGSUMEXP = Operation(
    "logsumexp",
    logsumexp,
    (logsumexp_backward,),
    shape_rule("logsumexp"),
    examples=(
        Example(((2, 3),), {"dim": 1}),
        Example(((2, 3),), {"dim": 0, "keepdim": True}),
        Example(((2, 3, 4),), {"dim": (0, -1)}),
        Example(((1,),), {"dim": 0}),
        Example(((),), {"dim": 0}),
        Example(((0, 3),), {"dim": 1}),
    ),
)
CUMULATIVE_SUM = Operation(
    "cumsum",
    cumulative_sum,
    (cumulative_sum_backward,),
    cumulative_sum_shape,
    examples=tuple(
        Example((shape,), {"dim": dim})
        for shape, dim in (((2, 3), 0), ((2, 3, 2), -2), ((1,), 0), ((), 0), ((0, 3), 0))
    ),
)
NORM = Operation(
    "norm",
    norm,
    (norm_backward,),
    _norm_shape,
    examples=(
        Example(((2, 3),)),
        Example(((2, 3, 4),), {"dim": (0, 2)}),
        Example(((1,),), {"dim": 0}),
        Example(((),)),
        Example(((0, 3),)),
        *(
            Example(((2, 3),), {"p": p, "dim": 1, "keepdim": True})
            for p in (0, 0.5, 1, 1.5, 2, 3, math.inf, -math.inf)
        ),
    ),
)

REDUCTIONS: tuple[Operation, ...] = (
    SUM,
    MEAN,
    PRODUCT,
    VARIANCE,
    DEVIATION,
    LOGSUMEXP,
    CUMULATIVE_SUM,
    NORM,
    *EXTREMES,
)
