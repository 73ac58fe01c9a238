"""Adaptive average pooling: windows are chosen so that the output has a given size."""

from collections.abc import Iterator
from math import prod

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidShape
from chainrule.operations.operation import Example, Operation
from chainrule.operations.windows import Index, check_axes, per_axis

SOURCE = "Bins as in torch.nn.AdaptiveAvgPool2d: near equal in size, and overlapping where needed."


def adaptive_avg_pool1d(x: Array, output_size: int | tuple[int | None, ...]) -> Array:
    """Average a signal in ``output_size`` bins.

    Bin i covers the elements from floor(i n / m) up to, not including, ceil((i + 1) n / m), for
    n elements and m bins.

    Shape:
        x: (batch, channels, length) or (channels, length)
        ->  (batch, channels, output_size) or (channels, output_size).

    Derivative: dL/dy / number of elements, to every element of the bin.

    >>> adaptive_avg_pool1d(np.array([[1.0, 2.0, 6.0]]), 2)
    array([[1.5, 4. ]])
    """
    return adaptive_average_pool("adaptive_avg_pool1d", 1, x, output_size)


def adaptive_avg_pool2d(x: Array, output_size: int | tuple[int | None, ...] | None) -> Array:
    """Average an image in a grid of ``output_size`` bins; None keeps the size of an axis.

    Shape:
        x: (batch, channels, height, width) or (channels, height, width)
        ->  (batch, channels, *output_size) or (channels, *output_size).

    Derivative: dL/dy / number of elements, to every element of the bin.

    >>> adaptive_avg_pool2d(np.arange(4.0).reshape(1, 2, 2), 1)
    array([[[1.5]]])
    """
    return adaptive_average_pool("adaptive_avg_pool2d", 2, x, output_size)


def adaptive_average_pool(
    name: str, ndim: int, x: Array, output_size: int | tuple[int | None, ...] | None
) -> Array:
    """Average each bin of a grid along the last ``ndim`` axes."""
    y = np.empty(adaptive_shape(name, ndim, x.shape, output_size), x.dtype)
    axes = tuple(range(-ndim, 0))
    for place, covered, count in bins(x.shape[-ndim:], y.shape[-ndim:]):
        y[place] = np.add.reduce(x[covered], axis=axes) / count
    return y


def adaptive_avg_pool1d_backward(gradient: Array, x: Array) -> Array:
    """Return dL/dx: an equal share of each bin's gradient for every element of it."""
    return adaptive_average_pool_backward(gradient, x.shape, 1)


def adaptive_avg_pool2d_backward(gradient: Array, x: Array) -> Array:
    """Return dL/dx: an equal share of each bin's gradient for every element of it."""
    return adaptive_average_pool_backward(gradient, x.shape, 2)


def adaptive_average_pool_backward(gradient: Array, shape: Shape, ndim: int) -> Array:
    """Spread gradients over their bins, and add them where bins overlap."""
    dx = np.zeros(shape, gradient.dtype)
    for place, covered, count in bins(shape[-ndim:], gradient.shape[-ndim:]):
        share = gradient[place] / count
        dx[covered] += share.reshape(share.shape + (1,) * ndim)
    return dx


def bins(size: Shape, counts: Shape) -> Iterator[tuple[Index, Index, int]]:
    """Yield, for each bin of a grid, where it is, what it covers, and of how many elements.

    >>> [covered for _, covered, _ in bins((3,), (2,))]
    [(Ellipsis, slice(0, 2, None)), (Ellipsis, slice(1, 3, None))]
    """
    for place in np.ndindex(*counts):
        edges = [
            (i * n // m, -(-(i + 1) * n // m)) for i, n, m in zip(place, size, counts, strict=True)
        ]
        covered = [slice(start, stop) for start, stop in edges]
        yield (..., *place), (..., *covered), prod(stop - start for start, stop in edges)


def adaptive_shape(
    name: str, ndim: int, x: Shape, output_size: int | tuple[int | None, ...] | None
) -> Shape:
    """Return the input's shape with its last axes replaced.

    Raises:
        InvalidShape: if the input has too few axes, or an empty one.
        InvalidArgument: if the output size has a value that cannot be used.
    """
    check_axes(name, x, ndim)
    if 0 in x[-ndim:]:
        raise InvalidShape(f"{name} got input of shape {x}: there is nothing to average.")
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * ndim
    kept = x[-ndim:] if len(given) == ndim else (None,) * len(given)
    asked = tuple(old if new is None else new for new, old in zip(given, kept, strict=True))
    return (*x[:-ndim], *per_axis(name, "output_size", asked, ndim))


def adaptive_avg_pool1d_shape(x: Shape, output_size: int | tuple[int | None, ...]) -> Shape:
    """Return (batch, channels, output_size)."""
    return adaptive_shape("adaptive_avg_pool1d", 1, x, output_size)


def adaptive_avg_pool2d_shape(x: Shape, output_size: int | tuple[int | None, ...] | None) -> Shape:
    """Return (batch, channels, *output_size)."""
    return adaptive_shape("adaptive_avg_pool2d", 2, x, output_size)


ADAPTIVE_AVG_POOL1D = Operation(
    "adaptive_avg_pool1d",
    adaptive_avg_pool1d,
    (adaptive_avg_pool1d_backward,),
    adaptive_avg_pool1d_shape,
    source=SOURCE,
    examples=(
        Example(((2, 3, 8),), {"output_size": 4}),
        Example(((3, 7),), {"output_size": 3}),
        Example(((2, 1, 3),), {"output_size": 5}),
        Example(((0, 3, 4),), {"output_size": 2}),
        Example(((1, 1, 1),), {"output_size": 1}),
    ),
)

ADAPTIVE_AVG_POOL2D = Operation(
    "adaptive_avg_pool2d",
    adaptive_avg_pool2d,
    (adaptive_avg_pool2d_backward,),
    adaptive_avg_pool2d_shape,
    source=SOURCE,
    examples=(
        Example(((2, 3, 6, 4),), {"output_size": 1}),
        Example(((3, 7, 6),), {"output_size": (3, 4)}),
        Example(((2, 1, 3, 5),), {"output_size": (None, 7)}),
        Example(((0, 3, 4, 4),), {"output_size": 2}),
        Example(((1, 1, 1, 1),), {"output_size": 1}),
    ),
)
