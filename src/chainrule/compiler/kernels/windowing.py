"""Where windows lie, as numbers for loops: what kernels of convolution and pooling share."""

from typing import TypeAlias

from chainrule.compiler.extent import Extent, Extents
from chainrule.compiler.kernels.kernel import Known
from chainrule.operations.windows import Windows

Geometry: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, int, int, int]
"""Each for height and width: size, kernel, stride, dilation, padding before, number of places."""


def geometry_of(windows: Windows) -> Geometry:
    """Return where windows lie as numbers; a signal is an image of height 1.

    >>> geometry_of(Windows((8,), (3,), (2,), (1,), (1,), (1,), (4,)))
    (1, 8, 1, 3, 1, 2, 1, 1, 0, 1, 1, 4)
    """
    per_axis = {
        "size": windows.size,
        "kernel": windows.kernel,
        "stride": windows.stride,
        "dilation": windows.dilation,
        "before": windows.before,
        "places": windows.places,
    }
    numbers: list[int] = []
    for name, values in per_axis.items():
        numbers += [int(name != "before"), *values] if windows.ndim == 1 else values
    return tuple(numbers)  # type: ignore[return-value]


def reach(shift: int, step: int, size: int, places: int) -> tuple[int, int]:
    """Return the first and, excluded, the last place where one element of a window lies inside.

    At place i the element is number ``shift + i step`` of an axis of this size.

    >>> reach(-1, 2, 8, 5)
    (1, 5)
    """
    if shift >= 0 and shift + (places - 1) * step < size:
        return 0, places
    first = 0 if shift >= 0 else (step - 1 - shift) // step
    last = (size - 1 - shift) // step + 1
    last = max(min(last, places), 0)
    return min(first, last), last


def sizes_are_fixed(known: Known) -> bool:
    """Fit arrays of which at most the first axis depends on the number of samples."""
    arrays = [value for value in known.values() if hasattr(value, "shape")]
    return not any(extent.per_sample for array in arrays for extent in array.shape[1:])


def planes_of(shape: Extents, ndim: int) -> tuple[Extent, int]:
    """Return how many samples an array has, and how many planes of ``ndim`` axes each of them.

    >>> planes_of((Extent(1, per_sample=True), Extent(3), Extent(8), Extent(8)), 2)
    (Extent(count=1, per_sample=True), 3)
    """
    channels = shape[-ndim - 1]
    return (shape[0], channels.count) if len(shape) == ndim + 2 else (Extent(1), channels.count)
