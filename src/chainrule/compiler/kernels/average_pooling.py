"""Average pooling, also with windows chosen to give a size: each thread takes its own samples."""

from collections.abc import Callable
from typing import Any

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
from chainrule.operations import adaptive_pooling
from chainrule.operations import average_pooling as formulas
from chainrule.operations.windows import pooling_windows

EVERY, WITH_PADDING, INSIDE = 0, 1, 2
"""What counts: one number for all windows; elements of input and padding; those of the input."""


def covered(place: int, step: int, kernel: int, size: int, padding: int, counting: int) -> int:
    """Return how many elements of a window count along one axis."""
    start = place * step - padding
    end = min(start + kernel, size + padding)
    return min(end, size) - max(start, 0) if counting == INSIDE else end - start


def average_pool(
    x: Array,
    samples: int,
    channels: int,
    geometry: Geometry,
    counting: int,
    divisor_of_all: int,
    y: Array,
    team: Team,
) -> None:
    """Sum each window and divide by the number of its elements that count."""
    height, width, rows, across, step_down, step_right = geometry[:6]
    top, left, down, right = geometry[8:]
    number = y.dtype.type
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        for place in range(down):
            target = line(y, (plane * down + place) * right, right)
            for i in range(right):
                target[i] = number(0)
            for row in range(rows):
                source_row = place * step_down + row - top
                if source_row < 0 or source_row >= height:
                    continue
                for column in range(across):
                    first, last = reach(column - left, step_right, width, right)
                    start = (plane * height + source_row) * width
                    start += column - left + first * step_right
                    count = last - first
                    source, inner = line(x, start, count * step_right), line(target, first, count)
                    for i in range(count):
                        inner[i] += source[i * step_right]
            if counting == EVERY:
                for i in range(right):
                    target[i] /= number(divisor_of_all)
            else:
                taken = covered(place, step_down, rows, height, top, counting)
                for i in range(right):
                    target[i] /= number(
                        taken * covered(i, step_right, across, width, left, counting)
                    )


def average_pool_backward(
    gradient: Array,
    samples: int,
    channels: int,
    geometry: Geometry,
    counting: int,
    divisor_of_all: int,
    result: Array,
    team: Team,
) -> None:
    """dL/dx: an equal share of each window's gradient for all of its elements."""
    height, width, rows, across, step_down, step_right = geometry[:6]
    top, left, down, right = geometry[8:]
    number = result.dtype.type
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        image = line(result, plane * height * width, height * width)
        for i in range(height * width):
            image[i] = number(0)
        for place in range(down):
            arriving = line(gradient, (plane * down + place) * right, right)
            taken = covered(place, step_down, rows, height, top, counting)
            for row in range(rows):
                target_row = place * step_down + row - top
                if target_row < 0 or target_row >= height:
                    continue
                for column in range(across):
                    first, last = reach(column - left, step_right, width, right)
                    start = target_row * width + column - left + first * step_right
                    count = last - first
                    target, inner = (
                        line(image, start, count * step_right),
                        line(arriving, first, count),
                    )
                    if counting == EVERY:
                        for i in range(count):
                            target[i * step_right] += inner[i] / number(divisor_of_all)
                    else:
                        for i in range(count):
                            size = taken * covered(
                                first + i, step_right, across, width, left, counting
                            )
                            target[i * step_right] += inner[i] / number(size)


def adaptive_average_pool(
    x: Array,
    samples: int,
    channels: int,
    sizes: tuple[int, int, int, int],
    y: Array,
    team: Team,
) -> None:
    """Average each bin of a grid."""
    height, width, down, right = sizes
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        for place in range(down):
            top, bottom = place * height // down, -(-(place + 1) * height // down)
            for column in range(right):
                left, end = column * width // right, -(-(column + 1) * width // right)
                total = y.dtype.type(0)
                for row in range(top, bottom):
                    source = line(x, (plane * height + row) * width + left, end - left)
                    for i in range(end - left):
                        total += source[i]
                count = y.dtype.type((bottom - top) * (end - left))
                line(y, (plane * down + place) * right, right)[column] = total / count


def adaptive_average_pool_backward(
    gradient: Array,
    samples: int,
    channels: int,
    sizes: tuple[int, int, int, int],
    result: Array,
    team: Team,
) -> None:
    """dL/dx: an equal share of each bin's gradient for all of its elements."""
    height, width, down, right = sizes
    number = result.dtype.type
    first_sample, last_sample = share(samples, team)
    for plane in range(first_sample * channels, last_sample * channels):
        image = line(result, plane * height * width, height * width)
        for i in range(height * width):
            image[i] = number(0)
        for place in range(down):
            top, bottom = place * height // down, -(-(place + 1) * height // down)
            arriving = line(gradient, (plane * down + place) * right, right)
            for column in range(right):
                left, end = column * width // right, -(-(column + 1) * width // right)
                part = arriving[column] / number((bottom - top) * (end - left))
                for row in range(top, bottom):
                    target = line(image, row * width + left, end - left)
                    for i in range(end - left):
                        target[i] += part


def windows_of(known: Known, ndim: int) -> Any:
    """Return where the windows lie: as saved, or worked out again from the options."""
    if "windows" in known:
        return known["windows"]
    shape = tuple(extent.count for extent in known["x"].shape)
    size, stride, padding = (known[name] for name in ("kernel_size", "stride", "padding"))
    return pooling_windows(
        "avg_pool", ndim, shape, size, stride, padding, ceil_mode=known["ceil_mode"]
    )


def counting_of(known: Known, ndim: int) -> int:
    """Return what counts."""
    windows = windows_of(known, ndim)
    is_even = not any(windows.before) and not any(windows.after)
    if is_even or known.get("divisor_override") is not None:
        return EVERY
    return WITH_PADDING if known["count_include_pad"] else INSIDE


def divisor_of_all(known: Known, ndim: int) -> int:
    """Return what all sums are divided by, if it is one number."""
    override: int | None = known.get("divisor_override")
    if override is not None:
        return override
    size = 1
    for elements in windows_of(known, ndim).kernel:
        size *= elements
    return size


def pooling_kernels(
    of: Callable[..., Any],
    function: Callable[..., None],
    cut: tuple[str, str],
    ndim: int,
    is_adaptive: bool = False,
) -> tuple[Kernel, ...]:
    """Return the kernels for a batch, which is cut into samples, and for a single sample."""

    def axes(known: Known) -> int:
        return ndim or int(windows_of(known, ndim).ndim)

    def planes(known: Known) -> tuple[Extent, int]:
        return planes_of(known["y"].shape, axes(known))

    def sizes(known: Known) -> tuple[int, ...]:
        ends = [tuple(e.count for e in known[name].shape[-ndim:]) for name in ("x", "y")]
        ones = (1,) * (2 - ndim)
        return (*ones, *ends[0], *ones, *ends[1])

    def is_batch(known: Known) -> bool:
        return sizes_are_fixed(known) and len(known["y"].shape) == axes(known) + 2

    derived: dict[str, Callable[[Known], Any]] = {
        "samples": lambda known: planes(known)[0],
        "channels": lambda known: planes(known)[1],
    }
    if is_adaptive:
        derived["sizes"] = sizes
    else:
        derived["geometry"] = lambda known: geometry_of(windows_of(known, ndim))
        derived["counting"] = lambda known: counting_of(known, ndim)
        derived["divisor_of_all"] = lambda known: divisor_of_all(known, ndim)
    return (
        Kernel(of, function, dict.fromkeys(cut, 0), {}, derived, is_batch),
        Kernel(of, function, {}, {}, derived, sizes_are_fixed),
    )


FORWARD, BACKWARD = ("x", "y"), ("gradient", "result")

AVERAGE_POOLING_KERNELS = (
    *pooling_kernels(formulas.avg_pool2d, average_pool, FORWARD, 2),
    *pooling_kernels(formulas.avg_pool1d, average_pool, FORWARD, 1),
    *pooling_kernels(formulas.average_pool_backward, average_pool_backward, BACKWARD, 0),
    *(
        kernel
        for ndim, value, derivative in (
            (
                1,
                adaptive_pooling.adaptive_avg_pool1d,
                adaptive_pooling.adaptive_avg_pool1d_backward,
            ),
            (
                2,
                adaptive_pooling.adaptive_avg_pool2d,
                adaptive_pooling.adaptive_avg_pool2d_backward,
            ),
        )
        for kernel in (
            *pooling_kernels(value, adaptive_average_pool, FORWARD, ndim, True),
            *pooling_kernels(derivative, adaptive_average_pool_backward, BACKWARD, ndim, True),
        )
    ),
)
