"""Reshaping: each thread copies its own samples."""

from chainrule.array_types import Array
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.primitives import Team, line, share
from chainrule.operations import shaping as formulas


def reshape(x: Array, y: Array, team: Team) -> None:
    """Copy all numbers in the order in which they lie."""
    samples = x.shape[0]
    width = x.size // max(samples, 1)
    first, last = share(samples, team)
    source = line(x, first * width, (last - first) * width)
    target = line(y, first * width, (last - first) * width)
    for i in range(source.size):
        target[i] = source[i]


def reshape_backward(gradient: Array, result: Array, team: Team) -> None:
    """dL/dx: the gradient in the shape of x."""
    samples = gradient.shape[0]
    width = gradient.size // max(samples, 1)
    first, last = share(samples, team)
    source = line(gradient, first * width, (last - first) * width)
    target = line(result, first * width, (last - first) * width)
    for i in range(source.size):
        target[i] = source[i]


def keeps_samples(known: Known) -> bool:
    """Fit arrays by rows whose first axis is that of the samples before and after."""
    source = known["gradient"] if "gradient" in known else known["x"]
    target = known["result"] if "result" in known else known["y"]
    shapes = source.shape[:1], target.shape[:1]
    return shapes[0] == shapes[1] != () and not (source.by_columns or target.by_columns)


SHAPING_KERNELS = (
    Kernel(formulas.reshape, reshape, {"x": 0, "y": 0}, fits=keeps_samples),
    Kernel(
        formulas.reshape_backward,
        reshape_backward,
        {"gradient": 0, "result": 0},
        fits=keeps_samples,
    ),
)
