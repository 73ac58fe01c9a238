"""The affine map: each thread computes the units that are its own."""

from chainrule.array_types import Array
from chainrule.compiler.kernels.kernel import BY_COLUMNS, BY_ROWS, Kernel
from chainrule.compiler.primitives import Team, as_matrix, narrow_gemm, share
from chainrule.operations import linear as formulas


def linear(x: Array, weight: Array, y: Array, team: Team) -> None:
    """Compute y = x weight^T; the bias is added by the loop that comes after."""
    first, last = share(weight.shape[0], team)
    narrow_gemm(as_matrix(x), weight[first:last].T, as_matrix(y)[:, first:last], 0.0, team)


def linear_backward_x(gradient: Array, weight: Array, result: Array, team: Team) -> None:
    """dL/dx = dL/dy weight."""
    first, last = share(weight.shape[1], team)
    part = as_matrix(result)[:, first:last]
    narrow_gemm(as_matrix(gradient), weight[:, first:last], part, 0.0, team)


def linear_backward_weight(gradient: Array, x: Array, result: Array, team: Team) -> None:
    """dL/dweight = (dL/dy)^T x."""
    first, last = share(result.shape[0], team)
    narrow_gemm(as_matrix(gradient)[:, first:last].T, as_matrix(x), result[first:last], 0.0, team)


LINEAR_KERNELS = (
    Kernel(formulas.linear, linear, {"weight": 0, "y": -1}, orders={"x": BY_COLUMNS}),
    Kernel(formulas.linear_backward_x, linear_backward_x, {"weight": 1, "result": -1}),
    Kernel(
        formulas.linear_backward_weight,
        linear_backward_weight,
        {"gradient": -1, "result": 0},
        orders={"x": BY_ROWS},
        in_blocks=True,
    ),
)
