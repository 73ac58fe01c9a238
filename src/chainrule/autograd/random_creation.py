"""New tensors of random numbers, all drawn from one generator; see ``manual_seed``.

Numbers are drawn in float64 and then rounded, so that the same seed gives the same numbers in every
dtype.
"""

from collections.abc import Sequence

import numpy as np

from chainrule.array_types import get_default_dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.creation import DeviceLike, DtypeLike, make, or_default
from chainrule.autograd.shaping_methods import Sizes, as_shape
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.randomness import Generator, default_generator


def source(generator: Generator | None) -> "np.random.Generator":
    """Return where random numbers come from."""
    return (generator or default_generator).numpy


def rand(
    *size: Sizes,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return numbers drawn evenly from [0, 1).

    >>> bool((rand(1000) < 1).all())
    True
    """
    chosen = or_default(dtype)
    drawn = np.asarray(source(generator).random(as_shape(size))).astype(chosen)
    # Rounding to fewer digits may reach 1, which is not in the interval.
    below_one = np.nextafter(chosen.type(1), chosen.type(0))
    return make(np.asarray(np.minimum(drawn, below_one)), None, device, requires_grad)


def randn(
    *size: Sizes,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return numbers drawn from the normal distribution of mean 0 and deviation 1."""
    drawn = np.asarray(source(generator).standard_normal(as_shape(size)))
    return make(drawn, or_default(dtype), device, requires_grad)


def randint(
    low: int = 0,
    high: int | Sequence[int] | None = None,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return integers drawn evenly from low up to, not including, high.

    ``randint(high, size)`` starts at 0.

    Raises:
        InvalidArgument: if high is not above low, or there is no size.

    >>> randint(0, 10, (3,)).dtype
    dtype('int64')
    """
    if isinstance(high, Sequence):
        high, size = None, high
    first, end = (0, low) if high is None else (low, high)
    if size is None:
        raise InvalidArgument("randint needs a size, e.g. randint(0, 10, (3,)).")
    if not first < end:
        raise InvalidArgument(f"randint got low={first} and high={end}: high must be above low.")
    drawn = np.asarray(source(generator).integers(first, end, as_shape((size,))))
    return make(drawn, dtype, device, requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
) -> Tensor:
    """Return the integers from 0 up to, not including, n in a random order.

    Raises:
        InvalidArgument: if n is negative.
    """
    if n < 0:
        raise InvalidArgument(f"randperm got n={n}: it must be 0 or more.")
    return make(source(generator).permutation(n), dtype, device)


def normal(
    mean: float | TensorCore,
    std: float | TensorCore = 1.0,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Return numbers drawn from normal distributions of these means and standard deviations.

    Args:
        mean: One for all, or one for each number.
        std: One for all, or one for each number.
        size: Shape of the result, where neither mean nor std is a tensor.
        generator: Where the numbers come from.

    Raises:
        InvalidArgument: if a standard deviation is negative, or there is no size.
    """
    centre = mean.array if isinstance(mean, TensorCore) else np.asarray(mean, get_default_dtype())
    width = std.array if isinstance(std, TensorCore) else np.asarray(std, centre.dtype)
    if not (width >= 0).all():
        raise InvalidArgument("normal got a negative std: standard deviations are 0 or more.")
    if size is None:
        if not isinstance(mean, TensorCore) and not isinstance(std, TensorCore):
            raise InvalidArgument("normal got two numbers and no size: pass size, e.g. (2, 3).")
        size = np.broadcast_shapes(centre.shape, width.shape)
    drawn = centre + width * source(generator).standard_normal(as_shape((size,)))
    return make(np.asarray(drawn), np.result_type(centre.dtype, width.dtype))


def bernoulli(input: TensorCore, *, generator: Generator | None = None) -> Tensor:
    """Return 1 with the probability each number gives, else 0.

    Raises:
        InvalidArgument: if one of them is no probability.
    """
    chances = input.array
    if not ((chances >= 0) & (chances <= 1)).all():
        raise InvalidArgument(
            f"bernoulli takes probabilities from 0 to 1, got numbers from {chances.min()} to "
            f"{chances.max()}: use .sigmoid() on scores."
        )
    drawn = source(generator).random(chances.shape) < chances
    return make(np.asarray(drawn), chances.dtype)


def multinomial(
    input: TensorCore,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Return positions drawn with probabilities in proportion to the weights of each row.

    Args:
        input: Weights of 0 or more: one row, or several.
        num_samples: How many positions to draw from each row.
        replacement: Whether a position can be drawn twice.
        generator: Where the numbers come from.

    Raises:
        InvalidShape: if there are more than two axes, or none.
        InvalidArgument: if the weights of a row are negative, not finite or all 0, or there are
            too few to draw so many without replacement.
    """
    weights = input.array.astype(np.float64)
    if weights.ndim not in (1, 2):
        raise InvalidShape(f"multinomial takes one or two axes, got shape {weights.shape}.")
    rows = weights.reshape(-1, weights.shape[-1])
    if not np.isfinite(rows).all() or (rows < 0).any() or (rows.sum(axis=1) <= 0).any():
        raise InvalidArgument(
            "multinomial takes finite weights of 0 or more, of which each row has one above 0."
        )
    available = np.count_nonzero(rows, axis=1).min(initial=weights.shape[-1])
    if not replacement and available < num_samples:
        raise InvalidArgument(
            f"multinomial cannot draw {num_samples} different positions: only {available} have a "
            "weight above 0. Draw fewer, or pass replacement=True."
        )
    random = source(generator)
    drawn = np.empty((len(rows), num_samples), np.int64)
    for row, chances in zip(drawn, rows, strict=True):
        row[:] = random.choice(len(chances), num_samples, replacement, chances / chances.sum())
    return make(drawn.reshape(*weights.shape[:-1], num_samples))


def rand_like(
    input: TensorCore,
    *,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return numbers drawn evenly from [0, 1) in the shape and dtype of another tensor."""
    return rand(
        input.array.shape,
        generator=generator,
        dtype=input.array.dtype if dtype is None else dtype,
        device=device,
        requires_grad=requires_grad,
    )


def randn_like(
    input: TensorCore,
    *,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return normally distributed numbers in the shape and dtype of another tensor."""
    return randn(
        input.array.shape,
        generator=generator,
        dtype=input.array.dtype if dtype is None else dtype,
        device=device,
        requires_grad=requires_grad,
    )


def randint_like(
    input: TensorCore,
    low: int = 0,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return integers from low up to, not including, high in the shape and dtype of another."""
    return randint(
        low,
        high,
        input.array.shape,
        generator=generator,
        dtype=input.array.dtype if dtype is None else dtype,
        device=device,
        requires_grad=requires_grad,
    )
