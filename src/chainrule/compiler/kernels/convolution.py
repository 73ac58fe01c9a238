"""Convolution: each thread unfolds its own samples into columns, one at a time, and multiplies.

A signal is an image of height 1, so that the same loops serve both.
"""

from collections.abc import Callable
from typing import Any

from chainrule.array_types import Array
from chainrule.compiler.extent import Extent, Extents
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.kernels.unfolding import fold, is_plain, unfold
from chainrule.compiler.kernels.windowing import Geometry, geometry_of, sizes_are_fixed
from chainrule.compiler.primitives import (
    Team,
    block,
    gemm,
    line,
    meet,
    narrow_gemm,
    own,
    share,
    turn,
)
from chainrule.operations import convolution as formulas
from chainrule.operations.operation import parameter_names

FEWEST_ROWS = 32  # of columns


def convolve(
    x: Array,
    weight: Array,
    bias: Array | None,
    groups: int,
    samples: int,
    sizes: tuple[int, int],
    geometry: Geometry,
    columns: Array,
    y: Array,
    team: Team,
) -> None:
    """Multiply the weights with the columns of each own sample, group by group."""
    outputs, channels = sizes  # of one group
    pixels, places = geometry[0] * geometry[1], geometry[10] * geometry[11]
    rows = channels * geometry[2] * geometry[3]
    first, last = share(samples, team)
    for sample in range(first, last):
        for group in range(groups):
            start = (sample * groups + group) * channels * pixels
            if is_plain(geometry):
                unfolded = block(x, start, rows, places)
            else:
                unfolded = block(columns, first * rows * places, rows, places)
                image = line(x, start, channels * pixels)
                unfold(image, channels, geometry, line(unfolded, 0, rows * places))
            weights = block(weight, group * outputs * rows, outputs, rows)
            start = (sample * groups + group) * outputs * places
            gemm(weights, unfolded, block(y, start, outputs, places), 0.0, team)
            if bias is not None:
                for output in range(outputs):
                    shift = bias[group * outputs + output]
                    target = line(y, start + output * places, places)
                    for place in range(places):
                        target[place] += shift


def convolve_backward_x(
    gradient: Array,
    weight: Array,
    groups: int,
    samples: int,
    sizes: tuple[int, int],
    geometry: Geometry,
    columns: Array,
    result: Array,
    team: Team,
) -> None:
    """dL/dx = weight^T dL/dy, folded back, for each own sample."""
    outputs, channels = sizes
    pixels, places = geometry[0] * geometry[1], geometry[10] * geometry[11]
    rows = channels * geometry[2] * geometry[3]
    first, last = share(samples, team)
    for sample in range(first, last):
        for group in range(groups):
            start = (sample * groups + group) * outputs * places
            arriving = block(gradient, start, outputs, places)
            weights = block(weight, group * outputs * rows, outputs, rows)
            start = (sample * groups + group) * channels * pixels
            if is_plain(geometry):
                gemm(weights.T, arriving, block(result, start, rows, places), 0.0, team)
            else:
                unfolded = block(columns, first * rows * places, rows, places)
                gemm(weights.T, arriving, unfolded, 0.0, team)
                image = line(result, start, channels * pixels)
                fold(line(unfolded, 0, rows * places), channels, geometry, image)


def convolve_backward_weight(
    gradient: Array,
    x: Array,
    groups: int,
    samples: int,
    sizes: tuple[int, int],
    geometry: Geometry,
    columns: Array,
    turned: Array,
    partial: Array,
    result: Array,
    team: Team,
) -> None:
    """dL/dweight: the columns times dL/dy, summed over own samples, and then over the threads.

    A thread works in the scratch memory of the first of its samples. The products are of the
    transposed weight, (channels * elements of the kernel, outputs): narrow, and so quick once dL/dy
    is turned, which pays unless there are few rows.
    """
    outputs, channels = sizes
    pixels, places = geometry[0] * geometry[1], geometry[10] * geometry[11]
    rows = channels * geometry[2] * geometry[3]
    numbers = groups * outputs * rows
    first, last = share(samples, team)
    for sample in range(first, last):
        for group in range(groups):
            start = (sample * groups + group) * channels * pixels
            if is_plain(geometry):
                unfolded = block(x, start, rows, places)
            else:
                unfolded = block(columns, first * rows * places, rows, places)
                image = line(x, start, channels * pixels)
                unfold(image, channels, geometry, line(unfolded, 0, rows * places))
            start = (sample * groups + group) * outputs * places
            arriving = block(gradient, start, outputs, places)
            total = block(partial, first * numbers + group * outputs * rows, rows, outputs)
            keep = 0.0 if sample == first else 1.0
            if rows < FEWEST_ROWS:
                gemm(unfolded, arriving.T, total, keep, team)
            else:
                by_places = block(turned, first * outputs * places, places, outputs)
                turn(arriving, by_places.T)
                narrow_gemm(unfolded, by_places, total, keep, team)
    meet(team)
    for output in own(result.shape[0], team):
        target = line(result, output * rows, rows)
        for row in range(rows):
            target[row] = result.dtype.type(0)
        place = output // outputs * outputs * rows + output % outputs
        for thread in range(team.threads):
            first = samples * thread // team.threads
            if samples * (thread + 1) // team.threads > first:
                start = first * numbers + place
                source = line(partial, start, (rows - 1) * outputs + 1)
                for row in range(rows):
                    target[row] += source[row * outputs]


def convolve_backward_bias(
    gradient: Array, samples: int, places: int, result: Array, team: Team
) -> None:
    """dL/dbias: dL/dy summed over samples and places, for each own channel."""
    channels = result.shape[0]
    for channel in own(channels, team):
        total = result.dtype.type(0)
        for sample in range(samples):
            source = line(gradient, (sample * channels + channel) * places, places)
            part = result.dtype.type(0)
            for place in range(places):
                part += source[place]
            total += part
        result[channel] = total


def windows_of(known: Known) -> Any:
    """Return where the windows lie: as saved, or worked out again from the options."""
    if "windows" in known:
        return known["windows"]
    x, weight, bias = (
        None if known[name] is None else tuple(extent.count for extent in known[name].shape)
        for name in ("x", "weight", "bias")
    )
    ndim = len(known["weight"].shape) - 2
    stride, padding, dilation, groups = (
        known[name] for name in ("stride", "padding", "dilation", "groups")
    )
    return formulas.convolution_windows(
        ndim, x or (), weight or (), bias, stride, padding, dilation, groups
    )


def samples_of(known: Known) -> Extent:
    """Return how many samples there are."""
    return known["y"].shape[0] if is_batch(known) else Extent(1)


def is_batch(known: Known) -> bool:
    """Return whether the first axis is that of the samples."""
    return len(known["y"].shape) == windows_of(known).ndim + 2


def sizes_of(known: Known) -> tuple[int, int]:
    """Return how many channels come out of and go into each group."""
    outputs, channels = (extent.count for extent in known["weight"].shape[:2])
    return outputs // known["groups"], channels


def geometry(known: Known) -> Geometry:
    """Return where the windows lie, as numbers."""
    return geometry_of(windows_of(known))


def places_of(known: Known) -> int:
    """Return how many places the windows have."""
    numbers = geometry(known)
    return numbers[10] * numbers[11]


def columns_shape(known: Known) -> Extents:
    """Return the shape of one group's columns for each sample; a thread uses one sample's."""
    rows = sizes_of(known)[1] * geometry(known)[2] * geometry(known)[3]
    return samples_of(known), Extent(rows), Extent(places_of(known))


def turned_shape(known: Known) -> Extents:
    """Return the shape of one group's outputs for each sample; a thread uses one sample's."""
    return samples_of(known), Extent(places_of(known)), Extent(sizes_of(known)[0])


def partial_shape(known: Known) -> Extents:
    """Return the shape of one weight for each sample; a thread uses one sample's."""
    size = 1
    for extent in known["weight"].shape[1:]:
        size *= extent.count
    return samples_of(known), known["weight"].shape[0], Extent(size)


def fits_batch(known: Known) -> bool:
    """Fit a batch of samples."""
    return sizes_are_fixed(known) and is_batch(known)


DERIVED: dict[str, Callable[[Known], Any]] = {
    "samples": samples_of, "sizes": sizes_of, "geometry": geometry, "places": places_of,
}  # fmt: skip
SCRATCH: dict[str, Callable[[Known], Extents]] = {
    "columns": columns_shape, "turned": turned_shape, "partial": partial_shape,
}  # fmt: skip


def convolution_kernels(
    of: Callable[..., Any],
    function: Callable[..., None],
    cut: dict[str, int],
) -> tuple[Kernel, ...]:
    """Return the kernels for a batch, which is cut into samples, and for a single sample."""
    names = parameter_names(function)
    derived = {name: derive for name, derive in DERIVED.items() if name in names}
    memory = {name: shape_of for name, shape_of in SCRATCH.items() if name in names}
    whole = {
        name: axis
        for name, axis in cut.items()
        if function is convolve_backward_weight and name == "result"
    }
    return (
        Kernel(of, function, cut, memory, derived, fits_batch),
        Kernel(of, function, whole, memory, derived, sizes_are_fixed),
    )


CONVOLUTION_KERNELS = (
    *convolution_kernels(formulas.conv2d, convolve, {"x": 0, "y": 0}),
    *convolution_kernels(formulas.conv1d, convolve, {"x": 0, "y": 0}),
    *convolution_kernels(
        formulas.convolution_backward_x,
        convolve_backward_x,
        {"gradient": 0, "result": 0},
    ),
    *convolution_kernels(
        formulas.convolution_backward_weight,
        convolve_backward_weight,
        {"gradient": 0, "x": 0, "result": 0},
    ),
    *convolution_kernels(
        formulas.convolution_backward_bias, convolve_backward_bias, {"gradient": 1, "result": 0}
    ),
)
