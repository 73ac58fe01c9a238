"""Largest, smallest and middle numbers, their positions, and whether all or any hold."""

import numpy as np

from chainrule.array_types import Array, Shape, int64
from chainrule.errors import InvalidShape
from chainrule.operations.axes import (
    EMPTY_REDUCED,
    REDUCED,
    Dims,
    axis_of,
    reduce_axes,
    reduced_shape,
    restore_axes,
    shape_rule,
)
from chainrule.operations.operation import Example, Integers, Operation


def largest(x: Array, dim: Dims = (), keepdim: bool = False) -> Array:
    """Return the largest number; NaN if one is NaN.

    Derivative: 1 for the largest number; several equally large ones share it evenly.
    """
    return reduce_axes(np.maximum, x, dim, keepdim)


def smallest(x: Array, dim: Dims = (), keepdim: bool = False) -> Array:
    """Return the smallest number; NaN if one is NaN.

    Derivative: 1 for the smallest number; several equally small ones share it evenly.
    """
    return reduce_axes(np.minimum, x, dim, keepdim)


def extreme_backward(gradient: Array, x: Array, y: Array, dim: Dims) -> Array:
    """Return dL/dx: dL/dy, shared by all numbers equal to the result."""
    chosen = _equals(x, restore_axes(y, x.shape, dim))
    shares = reduce_axes(np.add, chosen, dim, True, x.dtype)
    return chosen * (restore_axes(gradient, x.shape, dim) / shares)


def _equals(x: Array, y: Array) -> Array:
    """Return whether numbers are equal, NaN taken as equal to itself."""
    return (x == y) | ((x != x) & (y != y))


def argmax(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Return the position of the largest number, the first one at a tie or NaN.

    Without ``dim`` it is the position in the flattened array.
    """
    return np.argmax(x, axis=dim, keepdims=keepdim)


def argmin(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Return the position of the smallest number, the first one at a tie or NaN.

    Without ``dim`` it is the position in the flattened array.
    """
    return np.argmin(x, axis=dim, keepdims=keepdim)


def all_hold(x: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Return whether no number is 0, or no truth value False."""
    return reduce_axes(np.logical_and, x, dim, keepdim)


def any_holds(x: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Return whether some number differs from 0, or some truth value is True."""
    return reduce_axes(np.logical_or, x, dim, keepdim)


def count_nonzero(x: Array, dim: Dims = None) -> Array:
    """Return how many numbers differ from 0."""
    return reduce_axes(np.add, x != 0, dim, False, int64)


def count_nonzero_shape(x: Shape, dim: Dims) -> Shape:
    """Return the shape that is left."""
    return reduced_shape("count_nonzero", x, dim, keepdim=False)


def median(x: Array) -> Array:
    """Return the middle one of the sorted numbers, the lower of two; NaN if one is NaN.

    Derivative: 1 for the middle number; several equal ones share it evenly.

    >>> float(median(np.array([3.0, 1.0, 4.0, 2.0])))
    2.0
    """
    if x.size == 0:
        return np.asarray(np.nan, x.dtype)
    middle = np.sort(x, axis=None)
    return middle[-1] if middle[-1] != middle[-1] else middle[(x.size - 1) // 2]


def median_backward(gradient: Array, x: Array, y: Array) -> Array:
    """Return dL/dx: dL/dy, shared by all numbers equal to the median."""
    return extreme_backward(gradient, x, y, None)


def median_shape(x: Shape) -> Shape:  # noqa: ARG001 - a rule takes the shape
    """Return the shape of a single number."""
    return ()


def take_along_dim(x: Array, indices: Array, dim: int) -> tuple[Array, Shape]:
    """Return the numbers at given positions along an axis.

    Shape:
        x: (..., length, ...); indices: integers below length, any number of them along ``dim`` and
        otherwise the shape of ``x``  ->  the shape of ``indices``.

    Derivative: 1 for a number that was taken, added up where it was taken several times.
    """
    if x.ndim == 0:
        return np.take(x, indices), x.shape
    return np.take_along_axis(x, indices, dim), x.shape


def take_along_dim_backward(gradient: Array, indices: Array, x_shape: Shape, dim: int) -> Array:
    """Return dL/dx: dL/dy at the positions taken, 0 elsewhere."""
    result = np.zeros(x_shape, gradient.dtype)
    if not x_shape:
        return result + np.add.reduce(gradient, None)
    places = list(np.ogrid[tuple(slice(length) for length in indices.shape)])
    places[dim] = indices % x_shape[dim]
    # Flat positions: NumPy adds to those much faster than to several indices at a time.
    flat = np.ravel_multi_index(tuple(np.broadcast_arrays(*places)), x_shape)
    np.add.at(result.reshape(-1), flat.reshape(-1), gradient.reshape(-1))
    return result


def take_along_dim_shape(x: Shape, indices: Shape, dim: int) -> Shape:
    """Return the shape of the indices.

    Raises:
        InvalidShape: if they differ from ``x`` in more than the length of ``dim``.
    """
    axis = axis_of("take_along_dim", dim, len(x))
    fits = len(x) == len(indices) and all(
        a == b for i, (a, b) in enumerate(zip(x, indices, strict=True)) if i != axis
    )
    if not fits:
        raise InvalidShape(
            f"take_along_dim got indices of shape {indices} for input of shape {x}: apart from "
            f"dim {dim} they must be the same."
        )
    return indices


AMAX = Operation(
    "amax", largest, (extreme_backward,), shape_rule("amax", needs_elements=True), examples=REDUCED
)
AMIN = Operation(
    "amin", smallest, (extreme_backward,), shape_rule("amin", needs_elements=True), examples=REDUCED
)
POSITIONS = (
    Example(((2, 3),)),
    Example(((2, 3),), {"dim": 1}),
    Example(((2, 3, 4),), {"dim": -2, "keepdim": True}),
    Example(((1,),)),
    Example(((),), {"dim": 0}),
    Example(((0, 3),), {"dim": 1}),
)
ARGMAX = Operation(
    "argmax", argmax, (None,), shape_rule("argmax", needs_elements=True), examples=POSITIONS
)
ARGMIN = Operation(
    "argmin", argmin, (None,), shape_rule("argmin", needs_elements=True), examples=POSITIONS
)
ALL = Operation("all", all_hold, (None,), shape_rule("all"), examples=REDUCED + EMPTY_REDUCED)
ANY = Operation("any", any_holds, (None,), shape_rule("any"), examples=REDUCED + EMPTY_REDUCED)
COUNT_NONZERO = Operation(
    "count_nonzero",
    count_nonzero,
    (None,),
    count_nonzero_shape,
    examples=(
        Example((Integers((4, 5), high=3),)),
        Example((Integers((4, 5), high=3),), {"dim": 1}),
        Example((Integers((2, 3, 4), high=3),), {"dim": (0, -1)}),
        Example((Integers((), high=3),)),
        Example(((0, 3),), {"dim": 0}),
    ),
)
MEDIAN = Operation(
    "median",
    median,
    (median_backward,),
    median_shape,
    examples=tuple(Example((shape,)) for shape in ((5,), (2, 3), (), (1,))),
)
TAKE_ALONG_DIM = Operation(
    "take_along_dim",
    take_along_dim,
    (take_along_dim_backward, None),
    take_along_dim_shape,
    saved=("x_shape",),
    examples=(
        Example(((4, 3), Integers((1, 3), high=4)), {"dim": 0}),
        Example(((4, 3), Integers((4, 5), high=3)), {"dim": -1}),
        Example(((3,), Integers((3,), high=3)), {"dim": 0}),
        Example(((1,), Integers((1,), high=1)), {"dim": 0}),
        Example(((4, 3), Integers((4, 0), high=3)), {"dim": 1}),
    ),
)

EXTREMES: tuple[Operation, ...] = (
    AMAX,
    AMIN,
    ARGMAX,
    ARGMIN,
    ALL,
    ANY,
    COUNT_NONZERO,
    MEDIAN,
    TAKE_ALONG_DIM,
)
