"""Max pooling: each thread goes over the images of its own samples, row by row."""

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.compiler.extent import Extent
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.kernels.windowing import (
    Geometry,
    geometry_of,
    planes_of,
    reach,
    sizes_are_fixed,
)
from chainrule.compiler.primitives import Team, line, share
from chainrule.operations import max_pooling as formulas
from chainrule.operations.windows import pooling_windows


def max_pool(
    x: Array,
    samples: int,
    channels: int,
    geometry: Geometry,
    y: Array,
    winner: Array,
    team: Team,
) -> None:
    """Keep the largest number of each window and which one it was; the first of equals, or NaN."""
    height, width, rows, across, step_down, step_right = geometry[:6]
    spread_down, spread_right, top, left, down, right = geometry[6:]
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        for place in range(down):
            start = (plane * down + place) * right
            best, chosen = line(y, start, right), line(winner, start, right)
            for i in range(right):
                best[i] = -np.inf
                chosen[i] = 0
            for row in range(rows):
                source_row = place * step_down + row * spread_down - top
                if source_row < 0 or source_row >= height:
                    continue
                for column in range(across):
                    shift = column * spread_right - left
                    first, last = reach(shift, step_right, width, right)
                    start = (plane * height + source_row) * width + shift + first * step_right
                    number = winner.dtype.type(row * across + column)
                    count = last - first
                    source = line(x, start, count * step_right)
                    inner, inner_chosen = line(best, first, count), line(chosen, first, count)
                    for i in range(count):
                        candidate, before = source[i * step_right], inner[i]
                        is_larger = (candidate > before) | (candidate != candidate)
                        inner[i] = candidate if is_larger else before
                        inner_chosen[i] = number if is_larger else inner_chosen[i]


def max_pool_backward(
    gradient: Array,
    samples: int,
    channels: int,
    geometry: Geometry,
    winner: Array,
    result: Array,
    team: Team,
) -> None:
    """dL/dx: each window's gradient at its largest number."""
    height, width, rows, across, step_down, step_right = geometry[:6]
    spread_down, spread_right, top, left, down, right = geometry[6:]
    zero = result.dtype.type(0)
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        image = line(result, plane * height * width, height * width)
        for i in range(height * width):
            image[i] = zero
        for place in range(down):
            start = (plane * down + place) * right
            arriving, chosen = line(gradient, start, right), line(winner, start, right)
            for row in range(rows):
                target_row = place * step_down + row * spread_down - top
                if target_row < 0 or target_row >= height:
                    continue
                for column in range(across):
                    shift = column * spread_right - left
                    first, last = reach(shift, step_right, width, right)
                    start = target_row * width + shift + first * step_right
                    number = winner.dtype.type(row * across + column)
                    count = last - first
                    target = line(image, start, count * step_right)
                    inner, inner_chosen = line(arriving, first, count), line(chosen, first, count)
                    for i in range(count):
                        is_chosen = inner_chosen[i] == number
                        target[i * step_right] += inner[i] if is_chosen else zero


def max_pool_of_four(
    x: Array,
    samples: int,
    channels: int,
    geometry: Geometry,
    y: Array,
    winner: Array,
    team: Team,
) -> None:
    """Windows of two by two, side by side: what networks for pictures mostly have."""
    height, width = geometry[:2]
    down, right = geometry[10:]
    one, two, three = winner.dtype.type(1), winner.dtype.type(2), winner.dtype.type(3)
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        for place in range(down):
            start = (plane * height + 2 * place) * width
            above, below = line(x, start, 2 * right), line(x, start + width, 2 * right)
            best = line(y, (plane * down + place) * right, right)
            chosen = line(winner, (plane * down + place) * right, right)
            for i in range(right):
                a, b = above[2 * i], above[2 * i + 1]
                c, d = below[2 * i], below[2 * i + 1]
                is_second = (b > a) | (b != b)
                upper = b if is_second else a
                is_fourth = (d > c) | (d != d)
                lower = d if is_fourth else c
                is_lower = (lower > upper) | (lower != lower)
                best[i] = lower if is_lower else upper
                in_upper = one if is_second else one - one
                in_lower = three if is_fourth else two
                chosen[i] = in_lower if is_lower else in_upper


def max_pool_of_four_backward(
    gradient: Array,
    samples: int,
    channels: int,
    geometry: Geometry,
    winner: Array,
    result: Array,
    team: Team,
) -> None:
    """dL/dx of windows of two by two, side by side."""
    height, width = geometry[:2]
    down, right = geometry[10:]
    zero = result.dtype.type(0)
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        for place in range(down):
            start = (plane * down + place) * right
            arriving, chosen = line(gradient, start, right), line(winner, start, right)
            start = (plane * height + 2 * place) * width
            above, below = line(result, start, width), line(result, start + width, width)
            for i in range(right):
                number, value = chosen[i], arriving[i]
                above[2 * i] = value if number == 0 else zero
                above[2 * i + 1] = value if number == 1 else zero
            for i in range(right):
                number, value = chosen[i], arriving[i]
                below[2 * i] = value if number == 2 else zero
                below[2 * i + 1] = value if number == 3 else zero
            for i in range(2 * right, width):
                above[i] = zero
                below[i] = zero
        rest = line(result, (plane * height + 2 * down) * width, (height - 2 * down) * width)
        for i in range(rest.size):
            rest[i] = zero


def is_of_four(numbers: Geometry) -> bool:
    """Return whether windows are two by two, side by side, and none reaches beyond the image."""
    height, width = numbers[:2]
    return numbers[2:10] == (2, 2, 2, 2, 1, 1, 0, 0) and numbers[10:] == (height // 2, width // 2)


def geometry(known: Known) -> Geometry:
    """Return where the windows lie, as numbers."""
    return geometry_of(windows_of(known))


def windows_of(known: Known) -> Any:
    """Return where the windows lie: as saved, or worked out again from the options."""
    if "windows" in known:
        return known["windows"]
    shape = tuple(extent.count for extent in known["x"].shape)
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    return pooling_windows("max_pool", known["ndim"], shape, *(known[name] for name in names))


def pooling_kernels(
    of: Callable[..., Any],
    function: Callable[..., None],
    of_four: Callable[..., None],
    cut: tuple[str, ...],
    ndim: int,
) -> tuple[Kernel, ...]:
    """Return the kernels for a batch, which is cut into samples, and for a single sample."""

    def planes(known: Known) -> tuple[Extent, int]:
        shape = (known["y"] if "y" in known else known["gradient"]).shape
        return planes_of(shape, windows_of({**known, "ndim": ndim}).ndim)

    def is_batch(known: Known) -> bool:
        given = {**known, "ndim": ndim}
        return sizes_are_fixed(known) and len(known["y"].shape) == windows_of(given).ndim + 2

    derived: dict[str, Callable[[Known], Any]] = {
        "samples": lambda known: planes(known)[0],
        "channels": lambda known: planes(known)[1],
        "geometry": lambda known: geometry({**known, "ndim": ndim}),
    }

    def is_batch_of_four(known: Known) -> bool:
        return is_batch(known) and is_of_four(geometry({**known, "ndim": ndim}))

    return (
        Kernel(of, of_four, dict.fromkeys(cut, 0), {}, derived, is_batch_of_four),
        Kernel(of, function, dict.fromkeys(cut, 0), {}, derived, is_batch),
        Kernel(of, function, {}, {}, derived, sizes_are_fixed),
    )


FORWARD = ("x", "y", "winner")
BACKWARD = ("gradient", "winner", "result")

MAX_POOLING_KERNELS = (
    *pooling_kernels(formulas.max_pool2d, max_pool, max_pool_of_four, FORWARD, 2),
    *pooling_kernels(formulas.max_pool1d, max_pool, max_pool_of_four, FORWARD, 1),
    *pooling_kernels(
        formulas.max_pool_backward, max_pool_backward, max_pool_of_four_backward, BACKWARD, 0
    ),
)
