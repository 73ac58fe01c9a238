"""Taking numbers out by position, and putting others in their place."""

import math
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.axes import axis_of
from chainrule.operations.operation import Example, Integers, Operation

Index: TypeAlias = Any
"""What may stand between square brackets: numbers, slices, None, ..., arrays, tuples of them."""


def getitem(x: Array, index: Index) -> tuple[Array, Shape]:
    """Take numbers out by position, as ``x[index]``.

    Derivative: dL/dy at the places taken from, added up where a place was taken twice; 0 elsewhere.

    >>> getitem(np.array([10.0, 20.0, 30.0]), np.array([2, 0]))[0]
    array([30., 10.])
    """
    return x[index], x.shape


def getitem_backward(gradient: Array, index: Index, old_shape: Shape) -> Array:
    """Return dL/dx."""
    rows = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if isinstance(rows, np.ndarray) and rows.dtype.kind in "iu":
        width = math.prod(old_shape[1:])
        places = (rows.astype(np.int64) % old_shape[0]).reshape(-1, 1) * width + np.arange(width)
        return added_up(gradient, places, old_shape)
    result = np.zeros(old_shape, gradient.dtype)
    if has_repeatable_places(index):
        np.add.at(result, index, gradient)
    else:
        result[index] = gradient
    return result


def added_up(gradient: Array, places: Array, shape: Shape) -> Array:
    """Return an array of a shape in which each number of a gradient is added at its place.

    NumPy adds single numbers at repeated places several times as fast as whole rows.

    Args:
        gradient: The numbers to add.
        places: For each, where it belongs in the array read as one row.
        shape: Shape of the result.

    >>> added_up(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0]), (3,))
    array([5., 0., 2.])
    """
    total = np.zeros(math.prod(shape), gradient.dtype)
    np.add.at(total, places.reshape(-1), gradient.reshape(-1))
    return total.reshape(shape)


def has_repeatable_places(index: Index) -> bool:
    """Return whether an index could name a place twice: only arrays of integers can."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, np.ndarray) and part.dtype.kind in "iu" for part in parts)


def getitem_shape(x: Shape, index: Index) -> Shape:
    """Return the shape of what is taken, worked out without the numbers."""
    try:
        return np.broadcast_to(np.empty(()), x)[index].shape
    except IndexError as error:
        raise InvalidIndex(
            f"A tensor of shape {x} cannot be indexed with {describe(index)}: {error}."
        ) from None


def describe(index: Index) -> str:
    """Return an index as a short text, arrays by their shape.

    >>> describe((slice(1, None), ..., np.array([2, 0])))
    '[1:, ..., int64 array of shape (2,)]'
    """
    parts = index if isinstance(index, tuple) else (index,)
    return f"[{', '.join(_describe_part(part) for part in parts)}]"


def _describe_part(part: Index) -> str:
    if isinstance(part, np.ndarray):
        return f"{part.dtype} array of shape {part.shape}"
    if isinstance(part, slice):
        ends = [part.start, part.stop, *([] if part.step is None else [part.step])]
        return ":".join("" if end is None else str(end) for end in ends)
    return "..." if part is Ellipsis else repr(part)


def index_put(x: Array, values: Array, index: Index) -> tuple[Array, Shape]:
    """Return a copy in which the numbers at some places are others, as ``x[index] = values``.

    Derivative: dL/dx is dL/dy with 0 at those places; dL/dvalues is dL/dy at those places.
    """
    result = x.copy()
    result[index] = values
    return result, values.shape


def index_put_backward_x(gradient: Array, index: Index) -> Array:
    """Return dL/dx."""
    result = gradient.copy()
    result[index] = 0
    return result


def index_put_backward_values(gradient: Array, index: Index, values_shape: Shape) -> Array:
    """Return dL/dvalues."""
    taken = np.asarray(gradient[index])
    extra = taken.ndim - len(values_shape)
    axes = tuple(
        axis
        for axis in range(taken.ndim)
        if axis < extra or (values_shape[axis - extra] == 1 and taken.shape[axis] != 1)
    )
    return taken.sum(axis=axes).reshape(values_shape)


def index_put_shape(x: Shape, values: Shape, index: Index) -> Shape:
    """Return the input's shape."""
    place = getitem_shape(x, index)
    try:
        fits = np.broadcast_shapes(place, values) == place
    except ValueError:
        fits = False
    if not fits:
        raise InvalidShape(
            f"x{describe(index)} = values got values of shape {values}: the place has shape "
            f"{place}. Pass as many, or what broadcasts to it."
        )
    return x


def gather(x: Array, index: Array, dim: int) -> tuple[Array, Shape]:
    """Take along one axis the numbers at positions given for each place.

    Shape:
        x: (...); index: the same number of axes, integers  ->  the shape of the index.

    Derivative: dL/dy added up at the places taken from.

    >>> gather(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 1], [0, 1]]), 1)[0]
    array([[2., 2.],
           [3., 4.]])
    """
    check_positions(x.shape, index, dim)
    if not index.size:
        return np.empty(index.shape, x.dtype), x.shape
    places = tuple(slice(0, length) for length in index.shape)
    cut = tuple(slice(None) if axis == dim % x.ndim else part for axis, part in enumerate(places))
    return np.take_along_axis(x[cut], index, axis=dim), x.shape


def gather_backward(gradient: Array, index: Array, dim: int, old_shape: Shape) -> Array:
    """Return dL/dx."""
    places = [*np.indices(index.shape)]
    places[dim % len(old_shape)] = index
    numbers = np.ravel_multi_index(tuple(places), old_shape) if index.size else index
    return added_up(gradient, numbers, old_shape)


def check_positions(shape: Shape, index: Array, dim: int) -> None:
    """Refuse what gives no position along an axis for each place.

    Raises:
        InvalidShape: if the index does not fit the tensor.
        InvalidType: if it does not hold integers.
        InvalidIndex: naming the first position that is not there.
    """
    gather_shape(shape, index.shape, dim)
    if index.dtype.kind not in "iu":
        raise InvalidType(f"gather got an index of {index.dtype}: convert it with .long().")
    length = shape[dim]
    outside = (index < 0) | (index >= length)
    if outside.any():
        raise InvalidIndex(
            f"gather got position {index[outside][0]}, but axis {dim} has length {length}."
        )


def gather_shape(x: Shape, index: Shape, dim: int) -> Shape:
    """Return the shape of the index."""
    axis = axis_of("gather", dim, len(x))
    fits = 0 < len(x) == len(index) and all(
        i == axis or wanted <= there for i, (wanted, there) in enumerate(zip(index, x, strict=True))
    )
    if not fits:
        raise InvalidShape(
            f"gather got an index of shape {index} for a tensor of shape {x}: it needs as many "
            f"axes, at least one, and none but axis {axis} longer."
        )
    return index


GETITEM = Operation(
    "getitem",
    getitem,
    (getitem_backward,),
    getitem_shape,
    saved=("old_shape",),
    is_view=True,
    examples=(
        Example(((3, 4),), {"index": 1}),
        Example(((3, 4),), {"index": (slice(None), slice(1, None, 2))}),
        Example(((3, 4),), {"index": (Ellipsis, None, -1)}),
        Example(((3, 4),), {"index": np.array([2, 0, 2])}),
        Example(((3, 4),), {"index": (np.array([0, 1, 1]), np.array([3, 3, 3]))}),
        Example(((2, 2),), {"index": np.array([[True, False], [True, True]])}),
        Example(((0, 3),), {"index": (slice(None), 1)}),
        Example(((1,),), {"index": 0}),
    ),
)
INDEX_PUT = Operation(
    "index_put",
    index_put,
    (index_put_backward_x, index_put_backward_values),
    index_put_shape,
    saved=("values_shape",),
    examples=(
        Example(((3, 4), (4,)), {"index": 1}),
        Example(((3, 4), ()), {"index": (slice(None), 2)}),
        Example(((3, 4), (2, 1)), {"index": slice(0, 2)}),
        Example(((0, 3), ()), {"index": slice(None)}),
        Example(((1,), (1,)), {"index": slice(None)}),
    ),
)
GATHER = Operation(
    "gather",
    gather,
    (gather_backward, None),
    gather_shape,
    saved=("old_shape",),
    examples=(
        Example(((3, 4), Integers((3, 2), 4)), {"dim": 1}),
        Example(((3, 4), Integers((5, 4), 3)), {"dim": 0}),
        Example(((3, 4), Integers((2, 1), 4)), {"dim": -1}),
        Example(((3, 4), Integers((0, 4), 3)), {"dim": 0}),
    ),
)
INDEXING: tuple[Operation, ...] = (GETITEM, INDEX_PUT, GATHER)
