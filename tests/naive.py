"""Slow, obvious twins of what the library computes fast."""

import itertools
from collections.abc import Callable

import numpy as np


def naive_conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    groups: int,
) -> np.ndarray:
    """Convolution of images, one product at a time."""
    batch, _, height, width = x.shape
    out_channels, per_group, kernel_height, kernel_width = weight.shape
    rows = (height + 2 * padding[0] - dilation[0] * (kernel_height - 1) - 1) // stride[0] + 1
    columns = (width + 2 * padding[1] - dilation[1] * (kernel_width - 1) - 1) // stride[1] + 1
    y = np.zeros((batch, out_channels, rows, columns))
    for n, o, i, j in np.ndindex(y.shape):
        y[n, o, i, j] = 0 if bias is None else bias[o]
        first_channel = o // (out_channels // groups) * per_group
        for c, k, m in np.ndindex(per_group, kernel_height, kernel_width):
            row = i * stride[0] + k * dilation[0] - padding[0]
            column = j * stride[1] + m * dilation[1] - padding[1]
            if 0 <= row < height and 0 <= column < width:
                y[n, o, i, j] += weight[o, c, k, m] * x[n, first_channel + c, row, column]
    return y


def naive_pool2d(
    x: np.ndarray,
    summary: Callable[[list[float]], float],
    kernel_size: tuple[int, int],
    stride: tuple[int, int] | None,
    padding: tuple[int, int],
    dilation: tuple[int, int],
    ceil_mode: bool,
) -> np.ndarray:
    """A summary of the elements of the input that lie in each window, one window at a time."""
    stride = stride or kernel_size
    starts = []
    for size, k, s, p, d in zip(x.shape[2:], kernel_size, stride, padding, dilation, strict=True):
        end = size + p  # no window may reach beyond the padding behind, except in ceil_mode
        span = d * (k - 1) + 1
        places = itertools.count(-p, s)
        if ceil_mode:
            last = -p + -(-(size + 2 * p - span) // s) * s
            inside = [start for start in itertools.islice(places, 50) if start <= last]
            starts.append([start for start in inside if start < size])
        else:
            starts.append([start for start in itertools.islice(places, 50) if start + span <= end])
    y = np.zeros((*x.shape[:2], len(starts[0]), len(starts[1])))
    for n, c, i, j in np.ndindex(y.shape):
        seen = [
            x[n, c, starts[0][i] + k * dilation[0], starts[1][j] + m * dilation[1]]
            for k, m in np.ndindex(*kernel_size)
            if 0 <= starts[0][i] + k * dilation[0] < x.shape[2]
            and 0 <= starts[1][j] + m * dilation[1] < x.shape[3]
        ]
        y[n, c, i, j] = summary(seen)
    return y
