"""Several arrays become one: one after the other, or stacked along a new axis."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape
from chainrule.operations.axes import axis_of
from chainrule.operations.operation import Example, Operation


def cat(tensors: tuple[Array, ...], dim: int = 0) -> Array:
    """Put arrays one after the other along an axis; all other lengths must agree.

    Derivative: each array gets its own stretch of dL/dy.

    >>> cat((np.array([1.0, 2.0]), np.array([3.0])), 0)
    array([1., 2., 3.])
    """
    return np.concatenate(tensors, axis=dim)


def cat_backward(gradient: Array, tensors: tuple[Array, ...], dim: int, position: int) -> Array:
    """Return the stretch of dL/dy that came from the array at this position."""
    start = sum(tensor.shape[dim] for tensor in tensors[:position])
    stretch = [slice(None)] * gradient.ndim
    stretch[dim] = slice(start, start + tensors[position].shape[dim])
    return gradient[tuple(stretch)]


def cat_shape(shapes: tuple[Shape, ...], dim: int) -> Shape:
    """Return the shape with the lengths along ``dim`` added up."""
    if not shapes:
        raise InvalidArgument("cat got no tensors: pass at least one.")
    first = shapes[0]
    if not first:
        raise InvalidShape("cat got a single number: use stack, or unsqueeze(0) first.")
    axis = axis_of("cat", dim, len(first))
    for number, shape in enumerate(shapes):
        others = [length for i, length in enumerate(shape) if i != axis]
        if len(shape) != len(first) or others != [n for i, n in enumerate(first) if i != axis]:
            raise InvalidShape(
                f"cat along axis {axis} got shapes {first} and, as number {number}, {shape}: all "
                "other lengths must agree."
            )
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def stack(tensors: tuple[Array, ...], dim: int = 0) -> Array:
    """Put arrays of one shape side by side along a new axis.

    Derivative: each array gets its own slice of dL/dy.

    >>> stack((np.array([1.0, 2.0]), np.array([3.0, 4.0])), 0)
    array([[1., 2.],
           [3., 4.]])
    """
    return np.stack(tensors, axis=dim)


def stack_backward(gradient: Array, dim: int, position: int) -> Array:
    """Return the slice of dL/dy at this position."""
    return np.moveaxis(gradient, dim, 0)[position]


def stack_shape(shapes: tuple[Shape, ...], dim: int) -> Shape:
    """Return the common shape with the number of arrays put in before position ``dim``."""
    if not shapes:
        raise InvalidArgument("stack got no tensors: pass at least one.")
    first = shapes[0]
    for number, shape in enumerate(shapes):
        if shape != first:
            raise InvalidShape(
                f"stack got shapes {first} and, as number {number}, {shape}: all must be equal."
            )
    if not -len(first) - 1 <= dim <= len(first):
        raise InvalidIndex(
            f"stack got dim {dim} for tensors of {len(first)} axes: it must lie between "
            f"{-len(first) - 1} and {len(first)}."
        )
    axis = dim % (len(first) + 1)
    return (*first[:axis], len(shapes), *first[axis:])


CAT = Operation(
    "cat",
    cat,
    (cat_backward,),
    cat_shape,
    is_variadic=True,
    examples=(
        Example(((2, 3), (4, 3))),
        Example(((2, 1), (2, 3), (2, 2)), {"dim": -1}),
        Example(((0, 3), (2, 3))),
        Example(((1,),)),
    ),
)
STACK = Operation(
    "stack",
    stack,
    (stack_backward,),
    stack_shape,
    is_variadic=True,
    examples=(
        Example(((2, 3), (2, 3))),
        Example(((2, 3), (2, 3), (2, 3)), {"dim": -1}),
        Example(((), ())),
        Example(((0,), (0,)), {"dim": 1}),
        Example(((1,),)),
    ),
)
JOINING: tuple[Operation, ...] = (CAT, STACK)
