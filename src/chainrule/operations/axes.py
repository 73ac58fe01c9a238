"""Which axes a reduction goes over: what values, derivatives and shapes of reductions share."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Dtype, Shape
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape
from chainrule.operations.operation import Example

Dims: TypeAlias = int | tuple[int, ...] | None
"""One axis, several, or all of them: None, or as PyTorch's older functions write it, ()."""

REDUCED: tuple[Example, ...] = (
    Example(((2, 3),)),
    Example(((2, 3),), {"dim": 0}),
    Example(((2, 3),), {"dim": -1, "keepdim": True}),
    Example(((2, 3, 4),), {"dim": (0, 2)}),
    Example(((2, 1, 4),), {"dim": (1, -1), "keepdim": True}),
    Example(((),)),
    Example(((),), {"dim": 0}),
    Example(((1,),)),
    Example(((0, 3),), {"dim": 1}),
)
"""What every reduction takes, also one that has no value for an empty axis."""

EMPTY_REDUCED = (Example(((0, 3),)), Example(((0, 3),), {"dim": 0}))
"""What a reduction takes that has a value for an empty axis."""


def axis_of(name: str, dim: int, ndim: int) -> int:
    """Return a position among the axes counted from 0, for one that may be counted from the end.

    Raises:
        InvalidIndex: naming the operation and the positions there are.

    >>> axis_of("sum", -1, 3)
    2
    """
    rank = max(ndim, 1)  # a single number is taken to have one axis, as in PyTorch
    if not -rank <= dim < rank:
        raise InvalidIndex(
            f"{name} got dim {dim} for a tensor of {ndim} axes: it must lie between {-rank} and "
            f"{rank - 1}."
        )
    return dim % rank


def axes_of(name: str, dim: Dims, ndim: int) -> tuple[int, ...]:
    """Return the axes a reduction goes over, counted from 0.

    Raises:
        InvalidIndex: if there is no such axis.
        InvalidArgument: if an axis is named twice.
    """
    if dim is None or dim == ():
        return tuple(range(ndim))
    axes = tuple(axis_of(name, d, ndim) for d in (dim if isinstance(dim, tuple) else (dim,)))
    if len(set(axes)) < len(axes):
        raise InvalidArgument(f"{name} got dim {dim}, which names an axis twice: name each once.")
    return axes if ndim else ()


def reduced_shape(name: str, shape: Shape, dim: Dims, keepdim: bool) -> Shape:
    """Return the shape that is left when the axes ``dim`` are reduced.

    >>> reduced_shape("sum", (2, 3, 4), (0, 2), True)
    (1, 3, 1)
    """
    axes = axes_of(name, dim, len(shape))
    if keepdim:
        return tuple(1 if axis in axes else length for axis, length in enumerate(shape))
    return tuple(length for axis, length in enumerate(shape) if axis not in axes)


def nonempty_reduced_shape(name: str, shape: Shape, dim: Dims, keepdim: bool) -> Shape:
    """Return what ``reduced_shape`` does, for reductions that need at least one number.

    Raises:
        InvalidShape: if one of the reduced axes is empty.
    """
    axes = axes_of(name, dim, len(shape))
    if any(shape[axis] == 0 for axis in axes):
        raise InvalidShape(
            f"{name} got shape {shape}: it has no value over an empty axis. Check that the tensor "
            "has elements first, e.g. with numel()."
        )
    return reduced_shape(name, shape, dim, keepdim)


def shape_rule(name: str, needs_elements: bool = False) -> Callable[[Shape, Dims, bool], Shape]:
    """Return the shape rule of a reduction whose options are ``dim`` and ``keepdim``."""
    rule = nonempty_reduced_shape if needs_elements else reduced_shape

    def shape(x: Shape, dim: Dims, keepdim: bool) -> Shape:
        return rule(name, x, dim, keepdim)

    return shape


def axis_argument(dim: Dims, ndim: int) -> Dims:
    """Return ``dim`` as NumPy takes it."""
    return None if dim == () or (ndim == 0 and dim in (0, -1, (0,), (-1,))) else dim


def reduce_axes(
    function: np.ufunc, x: Array, dim: Dims, keepdim: bool, dtype: Dtype | None = None
) -> Array:
    """Combine all numbers along the axes with a function of two numbers, computed in a dtype.

    >>> reduce_axes(np.add, np.ones((2, 3)), 1, False)
    array([3., 3.])
    """
    return function.reduce(x, axis_argument(dim, x.ndim), dtype, keepdims=keepdim)


def count_over(shape: Shape, dim: Dims) -> int:
    """Return how many numbers each result of a reduction is made of.

    >>> count_over((2, 3, 4), (0, -1))
    8
    """
    if dim is None or dim == () or not shape:
        return math.prod(shape)
    return math.prod(shape[d] for d in (dim if isinstance(dim, tuple) else (dim,)))


def restore_axes(reduced: Array, shape: Shape, dim: Dims) -> Array:
    """Give a reduction's result its reduced axes back, with length 1, to broadcast over the input.

    >>> restore_axes(np.zeros(3), (3, 4), 1).shape
    (3, 1)
    """
    if dim is None or dim == () or not shape:
        return reduced.reshape((1,) * len(shape))
    return reduced.reshape(reduced_shape("reduction", shape, dim, keepdim=True))


def spread(gradient: Array, shape: Shape, dim: Dims) -> Array:
    """Return an array of ``shape`` that repeats a gradient along the axes that were reduced.

    >>> spread(np.array([1.0, 2.0]), (2, 3), 1)
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    result = np.empty(shape, gradient.dtype)
    result[...] = gradient if gradient.ndim == 0 else restore_axes(gradient, shape, dim)
    return result
