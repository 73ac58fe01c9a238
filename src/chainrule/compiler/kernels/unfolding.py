"""The windows of an image as columns, and back: convolution becomes a product of matrices."""

from chainrule.array_types import Array
from chainrule.compiler.kernels.windowing import Geometry, reach
from chainrule.compiler.primitives import line


def unfold(image: Array, channels: int, geometry: Geometry, columns: Array) -> None:
    """Copy all windows of an image into columns.

    Shape:
        image: all its numbers; columns: (channels * elements of the kernel, number of places).
    """
    height, width, rows, across, step_down, step_right = geometry[:6]
    spread_down, spread_right, top, left, down, right = geometry[6:]
    nothing = image.dtype.type(0)
    target_start = 0
    for channel in range(channels):
        for row in range(rows):
            for column in range(across):
                shift = column * spread_right - left
                first, last = reach(shift, step_right, width, right)
                for place in range(down):
                    target = line(columns, target_start, right)
                    target_start += right
                    source_row = place * step_down + row * spread_down - top
                    if source_row < 0 or source_row >= height:
                        for i in range(right):
                            target[i] = nothing
                        continue
                    for i in range(first):
                        target[i] = nothing
                    start = (channel * height + source_row) * width + shift + first * step_right
                    count = last - first
                    inner = line(target, first, count)
                    if step_right == 1:
                        source = line(image, start, count)
                        for i in range(count):
                            inner[i] = source[i]
                    else:
                        source = line(image, start, count * step_right)
                        for i in range(count):
                            inner[i] = source[i * step_right]
                    tail = line(target, last, right - last)
                    for i in range(right - last):
                        tail[i] = nothing


def fold(columns: Array, channels: int, geometry: Geometry, image: Array) -> None:
    """Add the numbers of all windows back to where they came from in an image."""
    height, width, rows, across, step_down, step_right = geometry[:6]
    spread_down, spread_right, top, left, down, right = geometry[6:]
    for i in range(image.size):
        image[i] = image.dtype.type(0)
    source_start = 0
    for channel in range(channels):
        for row in range(rows):
            for column in range(across):
                shift = column * spread_right - left
                first, last = reach(shift, step_right, width, right)
                count = last - first
                for place in range(down):
                    source = line(columns, source_start + first, count)
                    source_start += right
                    target_row = place * step_down + row * spread_down - top
                    if target_row < 0 or target_row >= height:
                        continue
                    start = (channel * height + target_row) * width + shift + first * step_right
                    target = line(image, start, count * step_right)
                    if step_right == 1:
                        for i in range(count):
                            target[i] += source[i]
                    else:
                        for i in range(count):
                            target[i * step_right] += source[i]


def is_plain(geometry: Geometry) -> bool:
    """Return whether each window is one element and all are taken: columns are the image itself."""
    height, width, rows, across, step_down, step_right = geometry[:6]
    down, right = geometry[10:]
    return rows * across == 1 and step_down * step_right == 1 and down == height and right == width
