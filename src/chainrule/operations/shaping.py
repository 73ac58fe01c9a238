"""The same numbers in another shape: views where NumPy can make them, no arithmetic."""

import math

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape
from chainrule.operations.axes import axis_of
from chainrule.operations.operation import Example, Operation, sum_to_shape


def reshape(x: Array, shape: Shape) -> tuple[Array, Shape]:
    """Return the numbers, in the same order, in another shape.

    Args:
        x: Any shape.
        shape: The new one, with as many elements; one length may be -1 and is worked out.

    Derivative: dL/dy in the old shape.

    >>> reshape(np.arange(6), (2, -1))[0]
    array([[0, 1, 2],
           [3, 4, 5]])
    """
    return x.reshape(shape), x.shape


def reshape_backward(gradient: Array, old_shape: Shape) -> Array:
    """Return dL/dx: dL/dy in the old shape."""
    return gradient.reshape(old_shape)


def reshape_shape(x: Shape, shape: Shape) -> Shape:
    """Return the new shape, -1 worked out."""
    count, known = math.prod(x), math.prod(length for length in shape if length != -1)
    unknown = shape.count(-1)
    fits = count == known if unknown == 0 else unknown == 1 and known and count % known == 0
    if not fits or any(length < -1 for length in shape):
        raise InvalidShape(
            f"reshape got shape {x}, which has {count} elements, and cannot make {shape} of it: "
            "the lengths must multiply to the same number, one of them may be -1."
        )
    return tuple(count // known if length == -1 else length for length in shape)


def transpose(x: Array, dim0: int, dim1: int) -> Array:
    """Exchange two axes.

    Derivative: dL/dy with the two exchanged back.
    """
    return x.swapaxes(dim0, dim1) if x.ndim else x.view()


def transpose_backward(gradient: Array, dim0: int, dim1: int) -> Array:
    """Return dL/dx."""
    return gradient.swapaxes(dim0, dim1) if gradient.ndim else gradient


def transpose_shape(x: Shape, dim0: int, dim1: int) -> Shape:
    """Return the shape with two lengths exchanged."""
    first, second = axis_of("transpose", dim0, len(x)), axis_of("transpose", dim1, len(x))
    lengths = list(x)
    if lengths:
        lengths[first], lengths[second] = lengths[second], lengths[first]
    return tuple(lengths)


def permute(x: Array, dims: Shape) -> Array:
    """Bring the axes into another order.

    Derivative: dL/dy with the axes in the old order.

    >>> permute(np.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    return x.transpose(dims)


def permute_backward(gradient: Array, dims: Shape) -> Array:
    """Return dL/dx."""
    return gradient.transpose(np.argsort([dim % len(dims) for dim in dims]) if dims else ())


def permute_shape(x: Shape, dims: Shape) -> Shape:
    """Return the lengths in the new order."""
    axes = [axis_of("permute", dim, len(x)) for dim in dims]
    if sorted(axes) != list(range(len(x))):
        raise InvalidArgument(
            f"permute got dims {dims} for shape {x}: it must name each of the {len(x)} axes once."
        )
    return tuple(x[axis] for axis in axes)


def expand(x: Array, shape: Shape) -> tuple[Array, Shape]:
    """Repeat along axes of length 1, and along new axes in front, without copying.

    Derivative: dL/dy summed over the repetitions.

    >>> expand(np.array([[1.0], [2.0]]), (2, 3))[0]
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    return np.broadcast_to(x, expand_shape(x.shape, shape)), x.shape


def expand_backward(gradient: Array, old_shape: Shape) -> Array:
    """Return dL/dx: dL/dy summed over the repetitions."""
    return sum_to_shape(gradient, old_shape)


def expand_shape(x: Shape, shape: Shape) -> Shape:
    """Return the shape asked for, -1 standing for the length there is."""
    missing = len(shape) - len(x)
    olds = (1,) * missing + x
    fits = missing >= 0 and all(
        new in (-1, old) or old == 1 for new, old in zip(shape, olds, strict=True)
    )
    if not fits or any(length == -1 for length in shape[: max(missing, 0)]):
        raise InvalidShape(
            f"expand got shape {x} and cannot repeat it to {shape}: only axes of length 1 and new "
            "axes in front can be repeated."
        )
    return tuple(old if new == -1 else new for new, old in zip(shape, olds, strict=True))


def flip(x: Array, dims: Shape) -> Array:
    """Reverse the order along axes.

    Derivative: dL/dy, reversed back.
    """
    return np.flip(x, dims).copy()


def flip_backward(gradient: Array, dims: Shape) -> Array:
    """Return dL/dx."""
    return np.flip(gradient, dims)


def flip_shape(x: Shape, dims: Shape) -> Shape:
    """Return the input's shape."""
    if len({axis_of("flip", dim, len(x)) for dim in dims}) < len(dims):
        raise InvalidArgument(f"flip got dims {dims}, which name an axis twice: name each once.")
    return x


def clone(x: Array) -> Array:
    """Return a copy, its numbers in order in memory.

    Derivative: dL/dy.
    """
    return x.copy(order="C")


def clone_backward(gradient: Array) -> Array:
    """Return dL/dx."""
    return gradient


def same_shape(x: Shape) -> Shape:
    """Return the input's shape."""
    return x


def squeezed_shape(x: Shape, dims: tuple[int, ...] | None) -> Shape:
    """Return the shape without the axes of length 1 among ``dims``, or among all."""
    axes = range(len(x)) if dims is None else [axis_of("squeeze", dim, len(x)) for dim in dims]
    return tuple(length for axis, length in enumerate(x) if axis not in axes or length != 1)


def unsqueezed_shape(x: Shape, dim: int) -> Shape:
    """Return the shape with an axis of length 1 put in before position ``dim``."""
    if not -len(x) - 1 <= dim <= len(x):
        raise InvalidIndex(
            f"unsqueeze got dim {dim} for a tensor of {len(x)} axes: it must lie between "
            f"{-len(x) - 1} and {len(x)}."
        )
    axis = dim % (len(x) + 1)
    return (*x[:axis], 1, *x[axis:])


def flattened_shape(x: Shape, start_dim: int, end_dim: int) -> Shape:
    """Return the shape with the axes from ``start_dim`` to ``end_dim`` merged into one."""
    if not x:
        return (1,)
    start, end = axis_of("flatten", start_dim, len(x)), axis_of("flatten", end_dim, len(x))
    if start > end:
        raise InvalidArgument(
            f"flatten got start_dim {start_dim} after end_dim {end_dim}: exchange them."
        )
    return (*x[:start], math.prod(x[start : end + 1]), *x[end + 1 :])


RESHAPE = Operation(
    "reshape",
    reshape,
    (reshape_backward,),
    reshape_shape,
    saved=("old_shape",),
    is_view=True,
    examples=(
        Example(((2, 6),), {"shape": (3, 4)}),
        Example(((2, 6),), {"shape": (-1,)}),
        Example(((),), {"shape": (1, 1)}),
        Example(((0, 3),), {"shape": (3, 0)}),
        Example(((1,),), {"shape": ()}),
    ),
)
TRANSPOSE = Operation(
    "transpose",
    transpose,
    (transpose_backward,),
    transpose_shape,
    is_view=True,
    examples=(
        Example(((2, 3),), {"dim0": 0, "dim1": 1}),
        Example(((2, 3, 4),), {"dim0": -1, "dim1": 0}),
        Example(((0, 3),), {"dim0": 0, "dim1": 1}),
        Example(((),), {"dim0": 0, "dim1": 0}),
    ),
)
PERMUTE = Operation(
    "permute",
    permute,
    (permute_backward,),
    permute_shape,
    is_view=True,
    examples=(
        Example(((2, 3, 4),), {"dims": (2, 0, 1)}),
        Example(((2, 3, 4),), {"dims": (-1, 0, -2)}),
        Example(((0, 3),), {"dims": (1, 0)}),
        Example(((),), {"dims": ()}),
    ),
)
EXPAND = Operation(
    "expand",
    expand,
    (expand_backward,),
    expand_shape,
    saved=("old_shape",),
    is_view=True,
    examples=(
        Example(((2, 1),), {"shape": (2, 3)}),
        Example(((1, 3),), {"shape": (4, 2, -1)}),
        Example(((),), {"shape": (2, 2)}),
        Example(((1, 3),), {"shape": (0, 3)}),
    ),
)
FLIP = Operation(
    "flip",
    flip,
    (flip_backward,),
    flip_shape,
    examples=(
        Example(((2, 3),), {"dims": (0,)}),
        Example(((2, 3),), {"dims": (0, -1)}),
        Example(((0, 3),), {"dims": (1,)}),
        Example(((1,),), {"dims": (0,)}),
    ),
)
CLONE = Operation(
    "clone",
    clone,
    (clone_backward,),
    same_shape,
    examples=(Example(((2, 3),)), Example(((),)), Example(((0, 3),)), Example(((1,),))),
)
SHAPING: tuple[Operation, ...] = (RESHAPE, TRANSPOSE, PERMUTE, EXPAND, FLIP, CLONE)
