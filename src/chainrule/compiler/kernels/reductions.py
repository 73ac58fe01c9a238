"""Sums over axes."""

import math
from collections.abc import Callable
from typing import Any

from chainrule.array_types import Array
from chainrule.compiler.extent import Extent
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.primitives import Team, as_matrix, line, meet, own
from chainrule.operations import operation as formulas
from chainrule.operations import reductions


def sum_to_shape(gradient: Array, result: Array, team: Team) -> None:
    """Sum a table over its samples."""
    rows = as_matrix(gradient)
    for unit in own(result.shape[0], team):
        total = result.dtype.type(0)
        for row in range(rows.shape[0]):
            total += rows[row, unit]
        result[unit] = total


def total_of_table(x: Array, divisor: int, y: Array, parts: Array, team: Team) -> None:
    """Sum all numbers of a table, unit by unit, and divide."""
    samples = x.shape[0]
    for unit in own(x.shape[1], team):
        column = line(x.T, unit * samples, samples)
        total = x.dtype.type(0)
        for sample in range(samples):
            total += column[sample]
        parts[unit] = total
    add_parts(parts, divisor, y, team)


def total_of_array(x: Array, divisor: int, y: Array, parts: Array, team: Team) -> None:
    """Sum all numbers of an array, row by row, and divide."""
    width = x.size // max(x.shape[0], 1)
    for position in own(x.shape[0], team):
        row = line(x, position * width, width)
        total = x.dtype.type(0)
        for i in range(width):
            total += row[i]
        parts[position] = total
    add_parts(parts, divisor, y, team)


def add_parts(parts: Array, divisor: int, y: Array, team: Team) -> None:
    """Add what the threads have summed, in the same order however many they are."""
    meet(team)
    if team.thread == 0:
        total = y.dtype.type(0)
        for i in range(parts.size):
            total += parts[i]
        y[0] = total / y.dtype.type(divisor)


def spread_over_table(gradient: Array, divisor: int, result: Array, team: Team) -> None:
    """Give every number of a table its share of the gradient of a sum."""
    samples, part = result.shape[0], gradient[0] / result.dtype.type(divisor)
    for unit in own(result.shape[1], team):
        column = line(result.T, unit * samples, samples)
        for sample in range(samples):
            column[sample] = part


def spread_over_array(gradient: Array, divisor: int, result: Array, team: Team) -> None:
    """Give every number of an array its share of the gradient of a sum."""
    width = result.size // max(result.shape[0], 1)
    part = gradient[0] / result.dtype.type(divisor)
    for position in own(result.shape[0], team):
        row = line(result, position * width, width)
        for i in range(width):
            row[i] = part


def is_of_all(known: Known) -> bool:
    """Fit a sum over all axes of an array that has some."""
    x, dim = known["x"], known["dim"]
    dims = (dim,) if isinstance(dim, int) else dim
    axes = len(x.shape)
    is_all = dims is None or len({axis % axes for axis in dims if axes}) == axes or dims == ()
    return is_all and axes > 0 and not any(extent.per_sample for extent in x.shape[1:])


def is_of_table(known: Known) -> bool:
    """Fit a sum over all of a table that is stored by columns."""
    return is_of_all(known) and bool(known["x"].by_columns)


def size_of_all(known: Known) -> Extent:
    """Return how many numbers there are."""
    shape = known["x"].shape
    return Extent(math.prod(extent.count for extent in shape), shape[0].per_sample)


def one(known: Known) -> int:
    """Return what a sum is divided by."""
    del known
    return 1


def kernels_of_all(
    of: Callable[..., Any], of_backward: Callable[..., Any], divisor: Callable[[Known], Any]
) -> tuple[Kernel, ...]:
    """Return the kernels of a sum over all axes, divided by something, and of its derivative."""
    given: dict[str, Any] = {"derived": {"divisor": divisor}}
    units: dict[str, Any] = {"scratch": {"parts": lambda known: known["x"].shape[1:]}, **given}
    rows: dict[str, Any] = {"scratch": {"parts": lambda known: known["x"].shape[:1]}, **given}
    return (
        Kernel(of, total_of_table, {"x": 1, "parts": 0}, fits=is_of_table, **units),
        Kernel(of, total_of_array, {"x": 0, "parts": 0}, fits=is_of_all, **rows),
        Kernel(of_backward, spread_over_table, {"result": 1}, fits=is_of_table, **given),
        Kernel(of_backward, spread_over_array, {"result": 0}, fits=is_of_all, **given),
    )


def is_one_per_unit(known: Known) -> bool:
    """Fit a sum over all axes but the last."""
    kept, summed = known["result"].shape, known["gradient"].shape
    return len(kept) == 1 and kept[0] == summed[-1]


REDUCTION_KERNELS = (
    Kernel(
        formulas.sum_to_shape,
        sum_to_shape,
        {"gradient": -1, "result": 0},
        fits=is_one_per_unit,
    ),
    *kernels_of_all(reductions.mean, reductions.mean_backward, size_of_all),
    *kernels_of_all(reductions.total, reductions.total_backward, one),
)
