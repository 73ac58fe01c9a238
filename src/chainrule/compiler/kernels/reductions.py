"""Sums over axes."""

from chainrule.array_types import Array
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.primitives import Team, as_matrix, own
from chainrule.operations import operation as formulas


def sum_to_shape(gradient: Array, result: Array, team: Team) -> None:
    """Sum a table over its samples."""
    rows = as_matrix(gradient)
    for unit in own(result.shape[0], team):
        total = result.dtype.type(0)
        for row in range(rows.shape[0]):
            total += rows[row, unit]
        result[unit] = total


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
)
