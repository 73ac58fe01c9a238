"""Average pooling: each window of the input gives the mean of its elements."""

from math import prod

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument
from chainrule.operations.operation import Example, Operation
from chainrule.operations.windows import Windows, pooling_windows

SOURCE = "LeCun et al. 1989; what the mean is taken over follows torch.nn.AvgPool2d."


def avg_pool1d(
    x: Array,
    kernel_size: int | Shape,
    stride: int | Shape | None = None,
    padding: int | Shape = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Array, Windows]:
    """Average each window along a signal.

        y[n, c, i] = sum over k of x[n, c, stride i + k] / number of elements

    Padding counts as zeros. The stride is the kernel size unless given.

    Shape:
        x: (batch, channels, length) or (channels, length)
        ->  (batch, channels, places) or (channels, places).

    Derivative: dL/dy / number of elements, to every element of the window.

    >>> avg_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)[0]
    array([[2., 1.]])
    """
    windows = pooling_windows("avg_pool1d", 1, x.shape, kernel_size, stride, padding, 1, ceil_mode)
    return average_pool(x, windows, element_counts(windows, count_include_pad))


def avg_pool2d(
    x: Array,
    kernel_size: int | Shape,
    stride: int | Shape | None = None,
    padding: int | Shape = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> tuple[Array, Array, Windows]:
    """Average each window of an image.

    Shape:
        x: (batch, channels, height, width) or (channels, height, width)
        ->  (batch, channels, *places) or (channels, *places).

    Derivative: dL/dy / number of elements, to every element of the window.

    >>> avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)[0]
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    windows = pooling_windows("avg_pool2d", 2, x.shape, kernel_size, stride, padding, 1, ceil_mode)
    if divisor_override is not None:
        return average_pool(x, windows, checked_divisor(divisor_override))
    return average_pool(x, windows, element_counts(windows, count_include_pad))


def average_pool(x: Array, windows: Windows, counts: Array) -> tuple[Array, Array, Windows]:
    """Return the means, what each sum was divided by, and the windows."""
    divisor = counts.astype(x.dtype)
    padded = windows.pad(x)
    (_, first), *others = windows.taps()
    y = padded[first].copy()
    for _, tap in others:
        y += padded[tap]
    y /= divisor
    return y, divisor, windows


def average_pool_backward(gradient: Array, divisor: Array, windows: Windows) -> Array:
    """Return dL/dx: an equal share of each window's gradient for every element of it."""
    share = gradient / divisor
    padded = windows.padded_zeros(gradient.shape[: -windows.ndim], gradient.dtype)
    for _, tap in windows.taps():
        padded[tap] += share
    return windows.crop(padded)


def element_counts(windows: Windows, count_include_pad: bool) -> Array:
    """Return how many elements of each window count: all of them, or those of the input only.

    What hangs over the padded end (``ceil_mode``) never counts. One number if all are equal.

    Args:
        windows: Where the windows lie.
        count_include_pad: Whether padding counts.

    Shape: ->  (*places), or ().
    """
    if not any(windows.before) and not any(windows.after):
        return np.array(prod(windows.kernel))
    counts: Array = np.ones((), dtype=np.int64)
    for size, kernel, stride, padding, places in zip(
        windows.size, windows.kernel, windows.stride, windows.before, windows.places, strict=True
    ):
        start = np.arange(places) * stride - padding
        end = np.minimum(start + kernel, size + padding)
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, size)
        counts = counts[..., None] * (end - start)
    return counts


def checked_divisor(divisor_override: int) -> Array:
    """Return the divisor given in place of the number of elements.

    Raises:
        InvalidArgument: if it is 0.
    """
    if divisor_override == 0:
        raise InvalidArgument("avg_pool2d got divisor_override=0: pass another number or None.")
    return np.array(divisor_override)


def avg_pool1d_shape(
    x: Shape,
    kernel_size: int | Shape,
    stride: int | Shape | None,
    padding: int | Shape,
    ceil_mode: bool,
    count_include_pad: bool,  # noqa: ARG001 - does not change the shape
) -> Shape:
    """Return (batch, channels, places)."""
    windows = pooling_windows("avg_pool1d", 1, x, kernel_size, stride, padding, 1, ceil_mode)
    return (*x[:-1], *windows.places)


def avg_pool2d_shape(
    x: Shape,
    kernel_size: int | Shape,
    stride: int | Shape | None,
    padding: int | Shape,
    ceil_mode: bool,
    count_include_pad: bool,  # noqa: ARG001 - does not change the shape
    divisor_override: int | None,
) -> Shape:
    """Return (batch, channels, *places)."""
    if divisor_override is not None:
        checked_divisor(divisor_override)
    windows = pooling_windows("avg_pool2d", 2, x, kernel_size, stride, padding, 1, ceil_mode)
    return (*x[:-2], *windows.places)


AVG_POOL1D = Operation(
    "avg_pool1d",
    avg_pool1d,
    (average_pool_backward,),
    avg_pool1d_shape,
    source=SOURCE,
    saved=("divisor", "windows"),
    examples=(
        Example(((2, 3, 8),), {"kernel_size": 2}),
        Example(((3, 9),), {"kernel_size": 3, "stride": 2, "padding": 1}),
        Example(
            ((2, 1, 8),),
            {"kernel_size": 3, "padding": 1, "ceil_mode": True, "count_include_pad": False},
        ),
        Example(((0, 3, 4),), {"kernel_size": 2}),
        Example(((1, 1, 1),), {"kernel_size": 1}),
    ),
)

AVG_POOL2D = Operation(
    "avg_pool2d",
    avg_pool2d,
    (average_pool_backward,),
    avg_pool2d_shape,
    source=SOURCE,
    saved=("divisor", "windows"),
    examples=(
        Example(((2, 3, 6, 4),), {"kernel_size": 2}),
        Example(((3, 7, 6),), {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)}),
        Example(((2, 1, 7, 8),), {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
        Example(((2, 2, 5, 5),), {"kernel_size": 3, "padding": 1, "count_include_pad": False}),
        Example(((2, 2, 5, 5),), {"kernel_size": 2, "divisor_override": 3}),
        Example(((0, 3, 4, 4),), {"kernel_size": 2}),
        Example(((1, 1, 1, 1),), {"kernel_size": 1}),
    ),
)
