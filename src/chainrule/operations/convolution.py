"""Convolution: the same small set of weights applied at every place of a signal or an image.

All windows of the input are laid side by side as columns of a matrix, so that one matrix product
with the weights does all the arithmetic. The columns of a few samples at a time stay in the cache.
"""

from math import prod

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations.operation import Example, Operation
from chainrule.operations.windows import AXIS_NAMES, Windows, check_axes, per_axis, slide

SOURCE = (
    "LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition; as matrix "
    "product Chellapilla, Puri and Simard 2006."
)


def conv1d(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: int | Shape = 1,
    padding: int | Shape | str = 0,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> tuple[Array, Windows]:
    """Slide weights along a signal and sum the products at every place.

        y[n, o, i] = b[o] + sum over c, k of weight[o, c, k] x[n, c, stride i + dilation k]

    Shape:
        x: (batch, in_channels, length) or (in_channels, length);
        weight: (out_channels, in_channels / groups, kernel); bias: (out_channels)
        ->  (batch, out_channels, places) or (out_channels, places).

    Derivative: with the windows as columns of a matrix X, dL/dX = W^T dL/dy, added back to where
    the columns came from; dL/dW = dL/dy X^T; dL/db = dL/dy summed.

    >>> x = np.array([[1.0, 2.0, 4.0, 8.0]])
    >>> conv1d(x, np.array([[[-1.0, 1.0]]]), None)[0]
    array([[1., 2., 4.]])
    """
    return convolve(1, x, weight, bias, (stride, padding, dilation, groups))


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: int | Shape = 1,
    padding: int | Shape | str = 0,
    dilation: int | Shape = 1,
    groups: int = 1,
) -> tuple[Array, Windows]:
    """Slide weights over an image and sum the products at every place.

        y[n, o, i, j] = b[o] + sum over c, k, l of
                        weight[o, c, k, l] x[n, c, stride i + dilation k, stride j + dilation l]

    Shape:
        x: (batch, in_channels, height, width) or (in_channels, height, width);
        weight: (out_channels, in_channels / groups, *kernel); bias: (out_channels)
        ->  (batch, out_channels, *places) or (out_channels, *places).

    Derivative: as for ``conv1d``, with two axes.

    >>> conv2d(np.ones((1, 3, 3)), np.ones((1, 1, 2, 2)), None)[0]
    array([[[4., 4.],
            [4., 4.]]])
    """
    return convolve(2, x, weight, bias, (stride, padding, dilation, groups))


def convolve(
    ndim: int,
    x: Array,
    weight: Array,
    bias: Array | None,
    options: tuple[int | Shape, int | Shape | str, int | Shape, int],
) -> tuple[Array, Windows]:
    """Return the convolution along ``ndim`` axes, and where its windows lie."""
    windows = convolution_windows(
        ndim, x.shape, weight.shape, None if bias is None else bias.shape, *options
    )
    groups = options[3]
    samples = x[None] if x.ndim == ndim + 1 else x
    rows = weight.reshape(groups, -1, prod(weight.shape[1:]))
    y = np.empty(
        (len(samples), groups, rows.shape[1], prod(windows.places)),
        np.result_type(x.dtype, weight.dtype),
    )
    for block in windows.blocks(len(samples), samples.shape[1], y.itemsize):
        out = y[block]
        np.matmul(rows, columns_of(samples[block], windows, groups), out=out)
        if bias is not None:
            out += bias.reshape(groups, -1, 1)
    return y.reshape(*x.shape[: -ndim - 1], weight.shape[0], *windows.places), windows


def convolution_backward_x(gradient: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """Return dL/dx: W^T dL/dy for every window, added where windows overlap."""
    channels = weight.shape[1] * groups
    grouped = grouped_gradient(gradient, windows, groups)
    rows = weight.reshape(groups, -1, prod(weight.shape[1:])).swapaxes(1, 2)
    dx = np.empty((len(grouped), channels, *windows.size), gradient.dtype)
    for block in windows.blocks(len(grouped), channels, gradient.itemsize):
        columns = np.matmul(rows, grouped[block])
        dx[block] = windows.fold(
            columns.reshape(len(columns), channels, *windows.kernel, *windows.places)
        )
    return dx.reshape(*gradient.shape[: -windows.ndim - 1], channels, *windows.size)


def convolution_backward_weight(
    gradient: Array, x: Array, weight: Array, windows: Windows, groups: int
) -> Array:
    """Return dL/dW: dL/dy times the windows, summed over places and batch."""
    grouped = grouped_gradient(gradient, windows, groups)
    samples = x.reshape(len(grouped), *x.shape[-windows.ndim - 1 :])
    total = np.zeros((groups, prod(weight.shape[1:]), grouped.shape[2]), gradient.dtype)
    for block in windows.blocks(len(samples), samples.shape[1], gradient.itemsize):
        columns = columns_of(samples[block], windows, groups)
        # Transposed, as X (dL/dy)^T: BLAS is a third faster with the larger matrix in front.
        total += np.matmul(columns, grouped[block].swapaxes(2, 3)).sum(axis=0)
    return np.ascontiguousarray(total.swapaxes(1, 2)).reshape(weight.shape)


def convolution_backward_bias(gradient: Array, windows: Windows) -> Array:
    """Return dL/db: dL/dy summed over places and batch."""
    channels = gradient.shape[-windows.ndim - 1]
    return gradient.reshape(-1, channels, prod(windows.places)).sum(axis=2).sum(axis=0)


def columns_of(samples: Array, windows: Windows, groups: int) -> Array:
    """Return the windows as the columns of one matrix per sample and group.

    Shape:
        samples: (batch, channels, *size)
        ->  (batch, groups, channels / groups * elements of the kernel, number of places).
    """
    view = windows.view(windows.pad(samples))
    rows = samples.shape[1] // groups * prod(windows.kernel)
    return view.reshape(len(samples), groups, rows, prod(windows.places))


def grouped_gradient(gradient: Array, windows: Windows, groups: int) -> Array:
    """Return dL/dy as (batch, groups, out_channels / groups, number of places)."""
    channels = gradient.shape[-windows.ndim - 1]
    batch = gradient.shape[0] if gradient.ndim == windows.ndim + 2 else 1
    return gradient.reshape(batch, groups, channels // groups, prod(windows.places))


def convolution_windows(
    ndim: int,
    x: Shape,
    weight: Shape,
    bias: Shape | None,
    stride: int | Shape,
    padding: int | Shape | str,
    dilation: int | Shape,
    groups: int,
) -> Windows:
    """Return where the windows lie.

    Raises:
        InvalidShape: if input, weight and bias do not fit each other or the options.
        InvalidArgument: if an option has a value that cannot be used.
    """
    name = f"conv{ndim}d"
    if len(weight) != ndim + 2:
        raise InvalidShape(
            f"{name} got a weight of shape {weight}: it must be (out_channels, in_channels / "
            f"groups, {AXIS_NAMES[ndim].replace(', ', ' and ')} of the kernel)."
        )
    out_channels, kernel = weight[0], weight[2:]
    (groups,) = per_axis(name, "groups", groups, 1)
    if out_channels % groups:
        raise InvalidShape(
            f"{name} got a weight of shape {weight} and groups={groups}: its {out_channels} output "
            "channels do not divide into that many groups."
        )
    check_axes(name, x, ndim)
    check_channels(name, x, ndim, weight[1] * groups, out_channels)
    if bias is not None and bias != (out_channels,):
        raise InvalidShape(f"{name} got a bias of shape {bias}, expected ({out_channels},).")
    steps = per_axis(name, "stride", stride, ndim)
    spread = per_axis(name, "dilation", dilation, ndim)
    ends = padding_at_ends(name, padding, kernel, steps, spread)
    return slide(name, x[-ndim:], kernel, steps, ends, spread)


def check_channels(name: str, x: Shape, ndim: int, in_channels: int, out_channels: int) -> None:
    """Refuse an input with another number of channels than the weight is made for."""
    axis = len(x) - ndim - 1
    if x[axis] == in_channels:
        return
    hint = ""
    if x[-1] == in_channels:
        order = ", ".join(map(str, (*range(axis), len(x) - 1, *range(axis, len(x) - 1))))
        hint = f" It seems to have its channels last: x.permute({order}) brings them forward."
    elif axis == 0 and in_channels == 1:
        hint = " For a batch of single-channel samples add the channel axis: x.unsqueeze(1)."
    raise InvalidShape(
        f"{name}({in_channels}→{out_channels}) got input of shape {x}: its channel axis, axis "
        f"{axis}, is {x[axis]}, expected {in_channels}.{hint}"
    )


def padding_at_ends(
    name: str, padding: int | Shape | str, kernel: Shape, stride: Shape, dilation: Shape
) -> tuple[Shape, Shape]:
    """Return the padding before and after each axis.

    ``"valid"`` is none; ``"same"`` is what keeps the size, the odd one at the end.

    Raises:
        InvalidArgument: if it is another word, or "same" with a stride.
    """
    if not isinstance(padding, str):
        both = per_axis(name, "padding", padding, len(kernel), low=0)
        return both, both
    if padding not in ("same", "valid"):
        raise InvalidArgument(f'{name} got padding={padding!r}: pass numbers, "same" or "valid".')
    if padding == "valid":
        return (0,) * len(kernel), (0,) * len(kernel)
    if any(step != 1 for step in stride):
        raise InvalidArgument(
            f'{name} got padding="same" and stride={stride}: the size can only be kept with '
            "stride 1. Give the padding as numbers."
        )
    totals = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    before = tuple(total // 2 for total in totals)
    return before, tuple(total - b for total, b in zip(totals, before, strict=True))


def conv1d_shape(
    x: Shape,
    weight: Shape,
    bias: Shape | None,
    stride: int | Shape,
    padding: int | Shape | str,
    dilation: int | Shape,
    groups: int,
) -> Shape:
    """Return (batch, out_channels, places)."""
    windows = convolution_windows(1, x, weight, bias, stride, padding, dilation, groups)
    return (*x[:-2], weight[0], *windows.places)


def conv2d_shape(
    x: Shape,
    weight: Shape,
    bias: Shape | None,
    stride: int | Shape,
    padding: int | Shape | str,
    dilation: int | Shape,
    groups: int,
) -> Shape:
    """Return (batch, out_channels, *places)."""
    windows = convolution_windows(2, x, weight, bias, stride, padding, dilation, groups)
    return (*x[:-3], weight[0], *windows.places)


DERIVATIVES = (convolution_backward_x, convolution_backward_weight, convolution_backward_bias)

CONV1D = Operation(
    "conv1d",
    conv1d,
    DERIVATIVES,
    conv1d_shape,
    source=SOURCE,
    saved=("windows",),
    examples=(
        Example(((2, 3, 8), (4, 3, 3), (4,))),
        Example(((2, 3, 8), (4, 3, 3), None), {"padding": "same"}),
        Example(((3, 8), (2, 3, 2), (2,)), {"stride": 2, "padding": 1}),
        Example(((2, 4, 9), (6, 2, 3), (6,)), {"dilation": 2, "groups": 2}),
        Example(((0, 3, 5), (2, 3, 2), (2,))),
        Example(((1, 1, 1), (1, 1, 1), (1,))),
    ),
)

CONV2D = Operation(
    "conv2d",
    conv2d,
    DERIVATIVES,
    conv2d_shape,
    source=SOURCE,
    saved=("windows",),
    examples=(
        Example(((2, 3, 6, 5), (4, 3, 3, 3), (4,)), {"padding": 1}),
        Example(((2, 3, 6, 5), (4, 3, 2, 3), None)),
        Example(((3, 7, 6), (2, 3, 3, 2), (2,)), {"stride": (2, 1), "padding": (1, 0)}),
        Example(((2, 4, 6, 7), (4, 1, 3, 3), (4,)), {"groups": 4, "dilation": (1, 2)}),
        Example(((2, 2, 5, 6), (3, 2, 3, 5), (3,)), {"padding": "same"}),
        Example(((0, 3, 5, 5), (2, 3, 2, 2), (2,))),
        Example(((1, 1, 1, 1), (1, 1, 1, 1), (1,))),
    ),
)

CONVOLUTIONS: tuple[Operation, ...] = (CONV1D, CONV2D)
