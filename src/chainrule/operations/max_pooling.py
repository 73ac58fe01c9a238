"""Max pooling: each window of the input gives its largest element."""

import numpy as np

from chainrule.array_types import Array, Dtype, Shape
from chainrule.operations.operation import Example, Operation
from chainrule.operations.windows import Windows, pooling_windows

SOURCE = (
    "Ranzato, Boureau and LeCun 2007, Sparse feature learning for deep belief networks; the first "
    "of equal maxima gets the gradient, as in torch.nn.MaxPool2d."
)


def max_pool1d(
    x: Array,
    kernel_size: int | Shape,
    stride: int | Shape | None = None,
    padding: int | Shape = 0,
    dilation: int | Shape = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Array, Windows]:
    """Keep the largest element of each window along a signal.

        y[n, c, i] = max over k of x[n, c, stride i + dilation k]

    Padding counts as minus infinity. The stride is the kernel size unless given.

    Shape:
        x: (batch, channels, length) or (channels, length)
        ->  (batch, channels, places) or (channels, places).

    Derivative: dL/dy goes to the element that was largest; among equals to the first.

    >>> max_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)[0]
    array([[3., 2.]])
    """
    return max_pool(
        x,
        pooling_windows(
            "max_pool1d", 1, x.shape, kernel_size, stride, padding, dilation, ceil_mode
        ),
    )


def max_pool2d(
    x: Array,
    kernel_size: int | Shape,
    stride: int | Shape | None = None,
    padding: int | Shape = 0,
    dilation: int | Shape = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Array, Windows]:
    """Keep the largest element of each window of an image.

    Shape:
        x: (batch, channels, height, width) or (channels, height, width)
        ->  (batch, channels, *places) or (channels, *places).

    Derivative: as for ``max_pool1d``, with rows before columns in the order of equals.

    >>> max_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)[0]
    array([[[ 5.,  7.],
            [13., 15.]]])
    """
    return max_pool(
        x,
        pooling_windows(
            "max_pool2d", 2, x.shape, kernel_size, stride, padding, dilation, ceil_mode
        ),
    )


def max_pool(x: Array, windows: Windows) -> tuple[Array, Array, Windows]:
    """Return the largest elements, which element of its window each one is, and the windows."""
    padded = windows.pad(x, lowest(x.dtype))
    (_, first), *others = windows.taps()
    y = padded[first].copy()
    winner = np.zeros(y.shape, np.min_scalar_type(len(others)))
    for number, (_, tap) in enumerate(others, start=1):
        candidate = padded[tap].copy()  # compared more than once, and faster in one piece
        is_larger = (candidate > y) | (candidate != candidate)  # NaN wins, as in PyTorch
        np.maximum(y, candidate, out=y)
        np.maximum(winner, is_larger * winner.dtype.type(number), out=winner)
    return y, winner, windows


def max_pool_backward(gradient: Array, winner: Array, windows: Windows) -> Array:
    """Return dL/dx: each window's gradient at its largest element, added where windows overlap."""
    padded = windows.padded_zeros(gradient.shape[: -windows.ndim], gradient.dtype)
    # Times 0 or 1 as integers, bit by bit: exact, and unlike 0.0 * inf it cannot give NaN.
    bits = gradient.view(f"i{gradient.itemsize}")
    for number, (_, tap) in enumerate(windows.taps()):
        padded[tap] += (bits * (winner == number)).view(gradient.dtype)
    return windows.crop(padded)


def lowest(dtype: Dtype) -> float:
    """Return the number of this dtype below all others."""
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def max_pool1d_shape(
    x: Shape,
    kernel_size: int | Shape,
    stride: int | Shape | None,
    padding: int | Shape,
    dilation: int | Shape,
    ceil_mode: bool,
) -> Shape:
    """Return (batch, channels, places)."""
    windows = pooling_windows("max_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode)
    return (*x[:-1], *windows.places)


def max_pool2d_shape(
    x: Shape,
    kernel_size: int | Shape,
    stride: int | Shape | None,
    padding: int | Shape,
    dilation: int | Shape,
    ceil_mode: bool,
) -> Shape:
    """Return (batch, channels, *places)."""
    windows = pooling_windows("max_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode)
    return (*x[:-2], *windows.places)


MAX_POOL1D = Operation(
    "max_pool1d",
    max_pool1d,
    (max_pool_backward,),
    max_pool1d_shape,
    source=SOURCE,
    saved=("winner", "windows"),
    examples=(
        Example(((2, 3, 8),), {"kernel_size": 2}),
        Example(((3, 9),), {"kernel_size": 3, "stride": 2, "padding": 1}),
        Example(((2, 1, 9),), {"kernel_size": 2, "dilation": 3, "ceil_mode": True, "stride": 2}),
        Example(((0, 3, 4),), {"kernel_size": 2}),
        Example(((1, 1, 1),), {"kernel_size": 1}),
    ),
)

MAX_POOL2D = Operation(
    "max_pool2d",
    max_pool2d,
    (max_pool_backward,),
    max_pool2d_shape,
    source=SOURCE,
    saved=("winner", "windows"),
    examples=(
        Example(((2, 3, 6, 4),), {"kernel_size": 2}),
        Example(((3, 7, 6),), {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)}),
        Example(((2, 1, 7, 8),), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
        Example(((1, 2, 7, 8),), {"kernel_size": 2, "dilation": 2, "stride": 1}),
        Example(((0, 3, 4, 4),), {"kernel_size": 2}),
        Example(((1, 1, 1, 1),), {"kernel_size": 1}),
    ),
)
