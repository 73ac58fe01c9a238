"""Bringing numbers to mean 0 and variance 1, which all normalisations share.

Batch and group normalisation see an array as (batch, channels, places); one learned scale and shift
per channel follows.
"""

from math import prod

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidShape


def standardize(x: Array, axes: tuple[int, ...], eps: float) -> tuple[Array, Array, Array, Array]:
    """Bring the numbers along ``axes`` to mean 0 and variance 1.

        n = (x − mean) / sqrt(variance + eps)

    The variance is that of these numbers themselves: the sum of squares divided by their count.

    Returns:
        n; then 1 / sqrt(variance + eps), the mean and the variance, with axes of length 1.

    >>> standardize(np.array([[1.0, 3.0]]), (1,), 0.0)[0]
    array([[-1.,  1.]])
    """
    count = count_of(x, axes)
    mean = sum_of(x, axes) / count
    normalised = x - mean
    variance = sum_of_products(normalised, normalised, axes) / count
    inverse_deviation = 1 / np.sqrt(variance + eps)
    normalised *= inverse_deviation
    return normalised, inverse_deviation, mean, variance


def standardize_backward(
    gradient: Array, normalised: Array, inverse_deviation: Array, axes: tuple[int, ...]
) -> Array:
    """Return dL/dx from dL/dn.

        dL/dx = (dL/dn − mean(dL/dn) − n mean(n dL/dn)) / sqrt(variance + eps)

    What a change of x does to the mean and to the variance is taken off its direct effect.
    """
    count = count_of(gradient, axes)
    dx = normalised * (sum_of_products(gradient, normalised, axes) / -count)
    dx += gradient
    dx -= sum_of(gradient, axes) / count
    dx *= inverse_deviation
    return dx


def count_of(x: Array, axes: tuple[int, ...]) -> int:
    """Return how many numbers a mean along axes is over, at least 1."""
    return max(prod(x.shape[axis] for axis in axes), 1)


def sum_of(x: Array, axes: tuple[int, ...]) -> Array:
    """Return the sum along axes, kept with length 1."""
    total = x
    # The innermost axis first: NumPy sums that one pairwise, which keeps float32 exact enough.
    for axis in sorted(axes, reverse=True):
        total = np.add.reduce(total, axis=axis, keepdims=True)
    return total


def sum_of_products(a: Array, b: Array, axes: tuple[int, ...]) -> Array:
    """Return the sum of a b along axes, kept with length 1."""
    last = a.ndim - 1
    if last in axes and a.shape[last] > 1:
        rows: Array = np.vecdot(a, b)[..., None]  # no array of products in between
        return sum_of(rows, tuple(axis for axis in axes if axis != last))
    return sum_of(a * b, axes)


def by_channel(x: Array) -> Array:
    """Return x as (batch, channels, places)."""
    return x.reshape(x.shape[0], x.shape[1], prod(x.shape[2:]))


def column(per_channel: Array) -> Array:
    """Return one number per channel, to be combined with (batch, channels, places)."""
    return per_channel.reshape(-1, 1)


def scale_and_shift(normalised: Array, weight: Array | None, bias: Array | None) -> Array:
    """Return weight n + bias in new memory; both broadcast against n, or are absent."""
    y = normalised.copy() if weight is None else normalised * weight
    if bias is not None:
        y += bias
    return y


def channel_backward_weight(gradient: Array, normalised: Array) -> Array:
    """Return dL/dweight: dL/dy n, summed over batch and places for every channel."""
    channels = by_channel(gradient)
    return sum_of_products(channels, normalised.reshape(channels.shape), (0, 2)).reshape(-1)


def channel_backward_bias(gradient: Array) -> Array:
    """Return dL/dbias: dL/dy, summed over batch and places for every channel."""
    return sum_of(by_channel(gradient), (0, 2)).reshape(-1)


def check_per_channel(name: str, what: str, shape: Shape | None, channels: int) -> None:
    """Refuse an input that is not one number per channel.

    Raises:
        InvalidShape: naming it.
    """
    if shape is not None and shape != (channels,):
        raise InvalidShape(
            f"{name} got a {what} of shape {shape} for an input with {channels} channels: expected "
            f"({channels},)."
        )
