"""Windows that slide over the last axes of an array: what convolution and pooling look through.

A window of ``kernel`` elements, ``dilation`` apart, moves in steps of ``stride`` over an input that
is padded at both ends. One element of the window, seen at all its places at once, is a regular
slice of the input: a *tap*. Everything here is slices and views, in any number of axes.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided

from chainrule.array_types import Array, Dtype, Shape
from chainrule.errors import InvalidArgument, InvalidShape

Index: TypeAlias = tuple[Any, ...]
"""What selects a part of an array: slices, one per axis, after an ellipsis."""

BLOCK_BYTES = 2**20  # columns of this many bytes stay in a core's second-level cache
AXIS_NAMES = {1: "length", 2: "height, width"}


@dataclass(frozen=True)
class Windows:
    """Where the windows over an array lie.

    Args:
        size: Length of each axis of the input.
        kernel: Number of elements of the window along each axis.
        stride: Distance of neighbouring windows.
        dilation: Distance of neighbouring elements of a window.
        before, after: Elements of padding at the two ends of each axis.
        places: Number of windows along each axis.
    """

    size: Shape
    kernel: Shape
    stride: Shape
    dilation: Shape
    before: Shape
    after: Shape
    places: Shape

    @property
    def ndim(self) -> int:
        """Number of axes the windows move along."""
        return len(self.size)

    def pad(self, x: Array, value: float = 0) -> Array:
        """Return ``x`` with its padding, or ``x`` itself where there is none."""
        if not any(self.before) and not any(self.after):
            return x
        padded = np.empty((*x.shape[: -self.ndim], *self._padded_size()), x.dtype)
        padded.fill(value)
        padded[self._inside()] = x
        return padded

    def view(self, padded: Array) -> Array:
        """Return all windows of a padded array, without a copy.

        Shape:
            padded: (..., *padded size)  ->  (..., *kernel, *places).
        """
        leading = padded.ndim - self.ndim
        strides = padded.strides[leading:]
        steps = (
            *padded.strides[:leading],
            *(s * d for s, d in zip(strides, self.dilation, strict=True)),
            *(s * d for s, d in zip(strides, self.stride, strict=True)),
        )
        shape = (*padded.shape[:leading], *self.kernel, *self.places)
        return as_strided(padded, shape, steps, writeable=False)

    def taps(self) -> Iterator[tuple[Shape, Index]]:
        """Yield each position in the window, in row-major order, and its slice of the input."""
        for position in itertools.product(*map(range, self.kernel)):
            slices = [
                slice(p * d, p * d + s * (n - 1) + 1, s)
                for p, d, s, n in zip(
                    position, self.dilation, self.stride, self.places, strict=True
                )
            ]
            yield position, (..., *slices)

    def fold(self, columns: Array) -> Array:
        """Add the elements of all windows back to where they came from: ``view`` in reverse.

        Shape:
            columns: (..., *kernel, *places)  ->  (..., *size), without the padding.
        """
        leading = columns.shape[: -2 * self.ndim]
        padded = np.zeros((*leading, *self._padded_size()), columns.dtype)
        every = (slice(None),) * self.ndim
        for position, tap in self.taps():
            element: Index = (..., *position, *every)
            padded[tap] += columns[element]
        return padded[self._inside()]

    def crop(self, padded: Array) -> Array:
        """Return a padded array without its padding, as a view."""
        return padded[self._inside()]

    def padded_zeros(self, leading: Shape, dtype: Dtype) -> Array:
        """Return zeros in the shape of a padded input."""
        return np.zeros((*leading, *self._padded_size()), dtype)

    def blocks(self, count: int, channels: int, itemsize: int) -> Iterator[slice]:
        """Yield slices of a batch whose windows, copied out, fit into a core's cache."""
        sample_bytes = channels * prod(self.kernel) * prod(self.places) * itemsize
        step = max(1, BLOCK_BYTES // max(1, sample_bytes))
        for start in range(0, count, step):
            yield slice(start, min(start + step, count))

    def _padded_size(self) -> Shape:
        """Length of each axis with its padding."""
        return tuple(b + n + a for b, n, a in zip(self.before, self.size, self.after, strict=True))

    def _inside(self) -> Index:
        """Where the input lies within its padded form."""
        inside = [slice(b, b + n) for b, n in zip(self.before, self.size, strict=True)]
        return (..., *inside)


def per_axis(name: str, what: str, value: object, ndim: int, low: int = 1) -> Shape:
    """Return an option given once, or once per axis, as one integer per axis.

    Raises:
        InvalidArgument: if it is neither, or an integer is below ``low``.

    >>> per_axis("conv2d", "stride", 2, ndim=2)
    (2, 2)
    """
    given = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    values = given * ndim if len(given) == 1 else given
    is_valid = len(values) == ndim and all(
        isinstance(v, (int, np.integer)) and not isinstance(v, bool) and v >= low for v in values
    )
    if not is_valid:
        many = f" or {ndim} integers" if ndim > 1 else ""
        raise InvalidArgument(
            f"{name} got {what}={value!r}: it must be an integer{many}, at least {low}."
        )
    return tuple(int(v) for v in values)


def slide(
    name: str,
    size: Shape,
    kernel: Shape,
    stride: Shape,
    padding: tuple[Shape, Shape],
    dilation: Shape,
    ceil_mode: bool = False,
) -> Windows:
    """Place windows over an input.

        places = floor((size + padding − dilation (kernel − 1) − 1) / stride) + 1

    The name is for messages; ``padding`` is that before and that after each axis. ``ceil_mode``
    rounds up instead of down, so that a last window may hang over the end; one that would start
    beyond the input and the padding in front of it is left out.

    Raises:
        InvalidShape: if the window does not fit into the padded input.
    """
    before, after = padding
    spans = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    room = tuple(b + n + a for b, n, a in zip(before, size, after, strict=True))
    if any(r < s for r, s in zip(room, spans, strict=True)):
        spread = f", spread over {spans} by dilation {dilation}," if spans != kernel else ""
        raise InvalidShape(
            f"{name}: a kernel of size {kernel}{spread} does not fit into an input of size {size} "
            f"that padding makes {room}: use a smaller kernel, more padding or larger inputs."
        )
    places, overhang = [], []
    for r, s, step, b, n in zip(room, spans, stride, before, size, strict=True):
        count = (r - s) // step + 1
        if ceil_mode and (r - s) % step and count * step < n + b:
            count += 1
        places.append(count)
        overhang.append(max(0, (count - 1) * step + s - r))
    after = tuple(a + extra for a, extra in zip(after, overhang, strict=True))
    return Windows(size, kernel, stride, dilation, before, after, tuple(places))


def pooling_windows(
    name: str,
    ndim: int,
    x: Shape,
    kernel_size: int | Shape,
    stride: int | Shape | None,
    padding: int | Shape,
    dilation: int | Shape = 1,
    ceil_mode: bool = False,
) -> Windows:
    """Return where the windows of a pooling operation along ``ndim`` axes lie.

    Raises:
        InvalidShape: if the input has too few axes or is smaller than a window.
        InvalidArgument: if an option has a value that cannot be used.
    """
    check_axes(name, x, ndim)
    kernel = per_axis(name, "kernel_size", kernel_size, ndim)
    steps = kernel if stride is None else per_axis(name, "stride", stride, ndim)
    spread = per_axis(name, "dilation", dilation, ndim)
    ends = per_axis(name, "padding", padding, ndim, low=0)
    check_pooling_padding(name, ends, kernel, spread)
    return slide(name, x[-ndim:], kernel, steps, (ends, ends), spread, ceil_mode)


def check_pooling_padding(name: str, padding: Shape, kernel: Shape, dilation: Shape) -> None:
    """Refuse padding with which a window could hold nothing else.

    Raises:
        InvalidArgument: naming the most that is possible.
    """
    for p, k, d in zip(padding, kernel, dilation, strict=True):
        span = d * (k - 1) + 1
        if p > span // 2:
            raise InvalidArgument(
                f"{name} got padding={padding} for windows of {span} elements: it may be at most "
                f"half of that, {span // 2}, or a window could lie outside the input."
            )


def check_axes(name: str, shape: Shape, ndim: int) -> None:
    """Refuse an input that is neither a batch nor one sample of channels.

    Raises:
        InvalidShape: naming the axes expected.
    """
    if len(shape) not in (ndim + 1, ndim + 2):
        axes = AXIS_NAMES[ndim]
        raise InvalidShape(
            f"{name} got input of shape {shape}: expected (batch, channels, {axes}), or "
            f"(channels, {axes}) for a single sample. Add missing axes with unsqueeze."
        )
