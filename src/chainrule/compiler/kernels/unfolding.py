"""The windows of an image as columns, and back: convolution becomes a product of matrices."""

from chainrule.array_types import Array
from chainrule.compiler.kernels.windowing import Geometry, reach
from chainrule.compiler.primitives import line


def keeps_width(geometry: Geometry) -> bool:
    """Return whether there is a place for every pixel of a row: a tap is the image, moved."""
    return geometry[4] == 1 and geometry[5] == 1 and geometry[11] == geometry[1]


def clear_borders(target: Array, right: int, across: int) -> None:
    """Set to zero what was moved over the end of a row into the next one."""
    nothing = target.dtype.type(0)
    first = right - across if across > 0 else 0
    for row in range(target.size // max(right, 1)):
        for i in range(abs(across)):
            target[row * right + first + i] = nothing


def unfold_by_moving(image: Array, channels: int, geometry: Geometry, columns: Array) -> None:
    """Copy all windows, a tap for all places at once."""
    height, width, rows, across = geometry[:4]
    spread_down, spread_right, top, left, down, right = geometry[6:]
    nothing = image.dtype.type(0)
    places, pixels = down * right, height * width
    for channel in range(channels):
        for row in range(rows):
            for column in range(across):
                below, beside = row * spread_down - top, column * spread_right - left
                tap = (channel * rows + row) * across + column
                target = line(columns, tap * places, places)
                first, last = moved_places(below, beside, geometry)
                for i in range(first):
                    target[i] = nothing
                inner = line(target, first, last - first)
                start = channel * pixels + first + below * width + beside
                source = line(image, start, last - first)
                for i in range(inner.size):
                    inner[i] = source[i]
                for i in range(last, places):
                    target[i] = nothing
                clear_borders(target, right, beside)


def fold_by_moving(columns: Array, channels: int, geometry: Geometry, image: Array) -> None:
    """Add all windows back, a tap for all places at once; their borders are set to zero before."""
    height, width, rows, across = geometry[:4]
    spread_down, spread_right, top, left, down, right = geometry[6:]
    places, pixels = down * right, height * width
    for i in range(image.size):
        image[i] = image.dtype.type(0)
    for channel in range(channels):
        for row in range(rows):
            for column in range(across):
                below, beside = row * spread_down - top, column * spread_right - left
                tap = (channel * rows + row) * across + column
                source = line(columns, tap * places, places)
                clear_borders(source, right, beside)
                first, last = moved_places(below, beside, geometry)
                inner = line(source, first, last - first)
                start = channel * pixels + first + below * width + beside
                target = line(image, start, last - first)
                for i in range(inner.size):
                    target[i] += inner[i]


def moved_places(below: int, beside: int, geometry: Geometry) -> tuple[int, int]:
    """Return the first and, excluded, the last place whose tap lies in the image.

    Args:
        below: Rows from a place to its tap.
        beside: Pixels from there to the tap.
        geometry: Of windows for which there is a place for every pixel of a row.
    """
    height, width, down = geometry[0], geometry[1], geometry[10]
    offset = below * width + beside
    first = max(-below, 0) * width
    last = max(min(height - below, down), 0) * width
    first, last = max(first, -offset), min(last, height * width - offset)
    return min(first, down * width), max(min(first, down * width), last)


def unfold(image: Array, channels: int, geometry: Geometry, columns: Array) -> None:
    """Copy all windows of an image into columns.

    Shape:
        image: all its numbers; columns: (channels * elements of the kernel, number of places).
    """
    if keeps_width(geometry):
        unfold_by_moving(image, channels, geometry, columns)
        return
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
    if keeps_width(geometry):
        fold_by_moving(columns, channels, geometry, image)
        return
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
