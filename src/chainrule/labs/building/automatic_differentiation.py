"""Automatic differentiation: the slope at a point, and the gradients of a layer's weights."""

from collections.abc import Callable

import numpy as np

import chainrule
from chainrule import Tensor
from chainrule.array_types import Array
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Line, Panel, Points
from chainrule.labs.result import Result, Table, verdict

SLOPE = 6.0
"""The chapter's derivative of x² at 3."""
STEP = 1e-6  # to either side, for the difference quotient
TOLERANCE = 1e-6
"""Between gradient and quotient, in float64: the quotient's rounding error is about 1e-16 / STEP,
and a wrong derivative is off by far more."""


def quotients(output: Callable[[], Tensor], parameter: Tensor) -> Array:
    """Return how the output changes with each number of a parameter, tried out one by one."""
    values = parameter.detach().numpy()
    found = np.empty_like(values)
    for place in np.ndindex(values.shape):
        before = values[place]
        values[place] = before + STEP
        above = output().item()
        values[place] = before - STEP
        found[place] = (above - output().item()) / (2 * STEP)
        values[place] = before
    return found


def gradient(tensor: Tensor) -> Array:
    """Return what the backward pass left: zeros where it left nothing."""
    return np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.numpy()


def layer_gradients(inputs: int, outputs: int) -> tuple[Array, Array]:
    """Return the gradients of a random ReLU layer's weights and biases, automatic and tried out."""
    weight = chainrule.randn(outputs, inputs, dtype=chainrule.float64, requires_grad=True)
    bias = chainrule.randn(outputs, dtype=chainrule.float64, requires_grad=True)
    x = chainrule.randn(inputs, dtype=chainrule.float64)

    def output() -> Tensor:
        return chainrule.relu(weight @ x + bias).sum()

    output().backward()
    automatic = [gradient(weight).ravel(), gradient(bias)]
    tried = [quotients(output, weight).ravel(), quotients(output, bias)]
    return np.concatenate(automatic), np.concatenate(tried)


def run(settings: Settings) -> Result:
    """Derive x² at a point, and a ReLU layer by all its weights, and check by trying out."""
    x = chainrule.tensor(settings.real("x"), requires_grad=True)
    (x**2).backward()
    at, slope = x.item(), gradient(x).item()
    inputs, outputs = settings.whole("inputs"), settings.whole("outputs")
    automatic, tried = layer_gradients(inputs, outputs)
    error = float(np.abs(automatic - tried).max())
    reason = (
        f"the derivative of x² at {at:g} is {slope:g}, the chapter's is {SLOPE:g} at 3; W.grad and "
        f"b.grad of a ReLU layer are off by at most {error:.1g} (allowed {TOLERANCE:g})"
    )
    places = np.linspace(at - 3, at + 3, 61)
    ends = np.array([min(automatic.min(), 0), max(automatic.max(), 0)])
    kinds = np.repeat([0, 1], [inputs * outputs, outputs])
    return Result(
        verdicts={"S36": verdict(slope == SLOPE and error < TOLERANCE, reason)},
        numbers={"derivative": slope, "largest error of the layer's gradients": error},
        tables=[
            Table("Derivative of x²", ("x", "x²", "derivative"), [(at, at**2, slope)]),
        ],
        panels=[
            Panel(
                "A derivative is a slope",
                "x",
                "y",
                [
                    Line(places, places**2, "x²"),
                    Line(places, at**2 + slope * (places - at), f"slope {slope:g}", is_dashed=True),
                    Points(np.array([at]), np.array([at**2])),
                ],
            ),
            Panel(
                "A ReLU layer, number by number",
                "tried out: change of output / change of weight",
                "automatic derivative",
                [
                    Line(ends, ends, "equal", is_dashed=True),
                    Points(tried, automatic, kinds, ("W.grad", "b.grad")),
                ],
            ),
        ],
    )


LAB = Lab(
    name="automatic-differentiation",
    section="9.5",
    question="Are the derivatives that come by themselves the right ones?",
    covers=("S36",),
    run=run,
    parameters=(
        Real("x", 3.0, -100, 100, "where x² is derived"),
        Whole("inputs", 5, 1, 50, "of the layer"),
        Whole("outputs", 8, 1, 50, "of the layer"),
    ),
    rigged={"S36": {"x": 2.0}},
)
