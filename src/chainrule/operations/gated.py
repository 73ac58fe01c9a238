"""Activations with a second part: a gate (GLU) or a learned slope (PReLU)."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidShape
from chainrule.operations.axes import axis_of
from chainrule.operations.numbers import logistic
from chainrule.operations.operation import Example, Operation


def glu(x: Array, dim: int = -1) -> tuple[Array, Array]:
    """Weigh the first half along an axis by the sigmoid of the second.

        glu(a, b) = a sigmoid(b)

    Args:
        x: Both halves, one after the other.
        dim: The axis they lie along; its length is even.

    Shape:
        x: (..., 2 n, ...)  ->  (..., n, ...).

    Derivative: dL/da = g s, dL/db = g y (1 - s) with s = sigmoid(b), which is kept.

    >>> glu(np.array([3.0, 0.0]))[0]
    array([1.5])
    """
    a, b = np.split(x, 2, axis=dim)
    gate = logistic(b)
    return a * gate, gate


def glu_backward(gradient: Array, y: Array, gate: Array, dim: int) -> Array:
    """Return dL/dx: both halves, one after the other."""
    return np.concatenate([gradient * gate, gradient * y * (1 - gate)], axis=dim)


def glu_shape(x: Shape, dim: int) -> Shape:
    """Return the shape with the axis halved."""
    axis = axis_of("glu", dim, len(x))
    if not x or x[axis] % 2:
        length = f"axis {axis} has length {x[axis]}" if x else "it has no axis"
        raise InvalidShape(
            f"glu got input of shape {x}, which it cannot split into two halves: {length}, "
            "expected an even one."
        )
    return (*x[:axis], x[axis] // 2, *x[axis + 1 :])


def prelu(x: Array, weight: Array) -> Array:
    """Keep what is positive and scale the rest by a learned slope.

        prelu(x) = x where x > 0, else weight x

    Args:
        x: Axis 1 holds the channels.
        weight: One slope for all, or one for each channel.

    Shape:
        x: (batch, channels, ...); weight: (1) or (channels)  ->  the shape of x.

    Derivative: dL/dx = g where x > 0, else weight g; dL/dweight = sum of g x where x <= 0. At the
        kink 0 the slope is weight.

    >>> prelu(np.array([[-2.0, -2.0, 3.0]]), np.array([0.25, 0.5, 0.5]))
    array([[-0.5, -1. ,  3. ]])
    """
    # NumPy would broadcast also some shapes that do not fit, to another shape than that of x.
    prelu_shape(x.shape, weight.shape)
    return np.where(x > 0, x, _by_channel(weight, x.ndim) * x)


def prelu_backward_x(gradient: Array, x: Array, weight: Array) -> Array:
    """Return dL/dx."""
    return np.where(x > 0, gradient, _by_channel(weight, x.ndim) * gradient)


def prelu_backward_weight(gradient: Array, x: Array, weight: Array) -> Array:
    """Return dL/dweight, summed over everything but the channel."""
    products = np.where(x > 0, 0, gradient * x)
    if weight.size == 1:
        return np.sum(products).reshape(1)
    return np.sum(products, axis=tuple(axis for axis in range(x.ndim) if axis != 1))


def prelu_shape(x: Shape, weight: Shape) -> Shape:
    """Return the input's shape."""
    channels = x[1] if len(x) > 1 else 1
    if weight not in ((1,), (channels,)):
        wanted = "(1,)" if channels == 1 else f"(1,) or, for {channels} channels, ({channels},)"
        raise InvalidShape(
            f"prelu got a weight of shape {weight} for input of shape {x}: expected {wanted}. "
            "Axis 1 holds the channels."
        )
    return x


def _by_channel(weight: Array, ndim: int) -> Array:
    """Shape the slopes so that they broadcast along axis 1; a single one along all."""
    if weight.size == 1:
        return weight.reshape(())
    return weight.reshape(-1, *[1] * (ndim - 2))


GLU = Operation(
    "glu",
    glu,
    (glu_backward,),
    glu_shape,
    source="Dauphin et al. 2016, Language modeling with gated convolutional networks.",
    saved=("gate",),
    examples=(
        Example(((4, 6),)),
        Example(((4, 3),), {"dim": 0}),
        Example(((2, 4, 3),), {"dim": 1}),
        Example(((0, 2),)),
        Example(((2,),)),
    ),
)
PRELU = Operation(
    "prelu",
    prelu,
    (prelu_backward_x, prelu_backward_weight),
    prelu_shape,
    source="He et al. 2015, Delving deep into rectifiers.",
    kinks=(0.0,),
    examples=(
        Example(((2, 3), (1,))),
        Example(((4, 3), (3,))),
        Example(((2, 3, 4), (3,))),
        Example(((2, 3, 2, 2), (3,))),
        Example(((5,), (1,))),
        Example(((), (1,))),
        Example(((0, 3), (3,))),
    ),
)
GATED: tuple[Operation, ...] = (GLU, PRELU)
