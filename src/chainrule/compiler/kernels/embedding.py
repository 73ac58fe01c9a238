"""Embedding: each thread looks up rows for its own samples, and adds up gradients in own columns.

A number that is no row of the table gives NaN, since a program cannot raise.
"""

import numpy as np

from chainrule.array_types import Array
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.kernels.windowing import sizes_are_fixed
from chainrule.compiler.primitives import Team, flat, line, own, share
from chainrule.operations import embedding as formulas


def look_up(weight: Array, row: int, target: Array) -> None:
    """Copy a row of the table."""
    count, width = weight.shape
    if 0 <= row < count:
        source = line(weight, row * width, width)
        for column in range(width):
            target[column] = source[column]
    else:
        for column in range(width):
            target[column] = np.nan


def embedding(x: Array, weight: Array, y: Array, team: Team) -> None:
    """Look up a row for each own sample."""
    count, width = weight.shape
    first, last = share(x.shape[0], team)
    for column in range(width):
        for sample in range(first, last):
            row = x[sample]
            is_row = 0 <= row < count
            y[sample, column] = weight[row if is_row else 0, column] if is_row else np.nan


def embedding_of_sequences(x: Array, weight: Array, y: Array, team: Team) -> None:
    """Look up a row for each position of each own sample."""
    length, width = x.shape[1], weight.shape[1]
    for sample in own(x.shape[0], team):
        for position in range(length):
            target = line(y, (sample * length + position) * width, width)
            look_up(weight, x[sample, position], target)


def embedding_of_arrays(x: Array, weight: Array, length: int, y: Array, team: Team) -> None:
    """Look up a row for each number of each own sample."""
    width = weight.shape[1]
    first, last = share(x.shape[0], team)
    for position in range(first * length, last * length):
        look_up(weight, flat(x)[position], line(y, position * width, width))


def clear(result: Array, first: int, last: int) -> None:
    """Set columns of a table to zero."""
    for row in range(result.shape[0]):
        target = line(result, row * result.shape[1] + first, last - first)
        for column in range(last - first):
            target[column] = result.dtype.type(0)


def add_row(
    row: int, padding_row: int, gradient: Array, start: int, first: int, last: int, result: Array
) -> None:
    """Add own columns of a gradient, which begins at ``start``, to a row of the table."""
    count, width = result.shape
    if 0 <= row < count and row != padding_row:
        source = line(gradient, start + first, last - first)
        target = line(result, row * width + first, last - first)
        for column in range(last - first):
            target[column] += source[column]


def embedding_backward(
    gradient: Array, x: Array, padding_row: int, result: Array, team: Team
) -> None:
    """dL/dweight: for each row the gradients of the samples it was used for, summed."""
    count, width = result.shape
    first, last = share(width, team)
    clear(result, first, last)
    for column in range(first, last):
        for sample in range(x.shape[0]):
            row = x[sample]
            if 0 <= row < count and row != padding_row:
                result[row, column] += gradient[sample, column]


def embedding_of_sequences_backward(
    gradient: Array, x: Array, padding_row: int, result: Array, team: Team
) -> None:
    """dL/dweight: for each row the gradients of the positions it was used at, summed."""
    length, width = x.shape[1], result.shape[1]
    first, last = share(width, team)
    clear(result, first, last)
    for sample in range(x.shape[0]):
        for position in range(length):
            start = (sample * length + position) * width
            add_row(x[sample, position], padding_row, gradient, start, first, last, result)


def embedding_of_arrays_backward(
    gradient: Array, x: Array, padding_row: int, result: Array, team: Team
) -> None:
    """dL/dweight: for each row the gradients of its uses, summed."""
    width = result.shape[1]
    first, last = share(width, team)
    clear(result, first, last)
    for position in range(x.size):
        row = flat(x)[position]
        add_row(row, padding_row, gradient, position * width, first, last, result)


def padding_row(known: Known) -> int:
    """Return the row that gets no gradient; -1 if there is none."""
    chosen = known["padding_idx"]
    return -1 if chosen is None else int(chosen) % int(known["weight"].shape[0].count)


def length_of(known: Known) -> int:
    """Return how many numbers each sample has."""
    size = 1
    for extent in known["x"].shape[1:]:
        size *= extent.count
    return size


def has_axes(number: int, known: Known) -> bool:
    """Return whether the input has so many axes."""
    return len(known["x"].shape) == number


FORWARD = {"x": 0, "y": 0}
BACKWARD = {"gradient": -1, "result": 1}

EMBEDDING_KERNELS = (
    Kernel(formulas.embedding, embedding, FORWARD, fits=lambda known: has_axes(1, known)),
    Kernel(
        formulas.embedding,
        embedding_of_sequences,
        FORWARD,
        fits=lambda known: has_axes(2, known),
    ),
    Kernel(
        formulas.embedding,
        embedding_of_arrays,
        FORWARD,
        derived={"length": length_of},
        fits=lambda known: len(known["x"].shape) > 2 and sizes_are_fixed({"x": known["x"]}),
    ),
    Kernel(
        formulas.embedding_backward_weight,
        embedding_backward,
        BACKWARD,
        derived={"padding_row": padding_row},
        fits=lambda known: has_axes(1, known),
    ),
    Kernel(
        formulas.embedding_backward_weight,
        embedding_of_sequences_backward,
        BACKWARD,
        derived={"padding_row": padding_row},
        fits=lambda known: has_axes(2, known),
    ),
    Kernel(
        formulas.embedding_backward_weight,
        embedding_of_arrays_backward,
        BACKWARD,
        derived={"padding_row": padding_row},
        fits=lambda known: len(known["x"].shape) > 2,
    ),
)
