"""What is left of a gradient that passes one derivative after another."""

import math

import numpy as np

import chainrule
from chainrule.labs.activations.sigmoid_slope import value_and_slope
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Real, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn import functional

EXPECTED, DIGITS = 1.63e-10, 3
"""The chapter's product for ten sigmoids at a pre-activation of 2, and its significant digits."""
ACTIVATIONS = ("sigmoid", "tanh", "relu", "silu")


def chained(name: str, place: float, depth: int) -> float:
    """Return the derivative of so many units in a row, each with this pre-activation.

    The bias of each unit moves its pre-activation back to the place, as if the layers before had
    been such: what is left is the product of the activations' derivatives, and weights of 1.
    """
    x = chainrule.tensor(place, dtype=chainrule.float64).requires_grad_()
    signal = x
    for _ in range(depth):
        signal = getattr(functional, name)(signal)
        signal = signal + (place - signal.detach())
    signal.backward()
    assert x.grad is not None  # noqa: S101 - just computed
    return x.grad.item()


def agrees(found: float, expected: float, digits: int) -> bool:
    """Return whether two numbers are the same to so many significant digits."""
    return math.isclose(found, expected, rel_tol=0.5 * 10 ** (1 - digits), abs_tol=0)


def run(settings: Settings) -> Result:
    """Multiply the derivatives of a row of units, and send a gradient back through the same row."""
    name, depth = settings.text("activation"), settings.whole("depth")
    place = settings.real("pre_activation")
    slope = float(value_and_slope(name, np.array([place]))[1][0])
    product, passed = slope**depth, chained(name, place, depth)
    depths = list(range(1, max(depth, 2) + 1))
    slopes = {other: value_and_slope(other, np.array([place]))[1][0] for other in ACTIVATIONS}
    columns = ("layers", *ACTIVATIONS)
    rows = [(layers, *(float(slopes[a] ** layers) for a in ACTIVATIONS)) for layers in depths]
    lines = [
        Line(depths, [slopes[other] ** layers for layers in depths], other, has_markers=True)
        for other in ACTIVATIONS
        if slopes[other] > 0  # a logarithm has no place for a gradient of nothing
    ]
    return Result(
        verdicts={
            "S11": verdict(
                agrees(product, EXPECTED, DIGITS) and math.isclose(product, passed, rel_tol=1e-9),
                f"{depth} derivatives of {name} at {place:g}, {slope:.4f} each, multiply to "
                f"{product:.3g}; a gradient sent back through such a row: {passed:.3g}; the "
                f"chapter has {EXPECTED:g}",
            )
        },
        numbers={"product of the derivatives": product, "gradient sent back": passed},
        tables=[Table(f"Product of derivatives at {place:g}", columns, rows)],
        panels=[
            Panel(
                f"Every pre-activation {place:g}",
                "layers",
                "share of the gradient left",
                lines,
                yscale="log",
            )
        ],
    )


LAB = Lab(
    name="gradient-product",
    section="9.2",
    question="What is left of a gradient after ten sigmoids in a row?",
    covers=("S11",),
    run=run,
    parameters=(
        Choice("activation", "sigmoid", ACTIVATIONS, "of every unit"),
        Whole("depth", 10, 1, 100, "units in a row"),
        Real("pre_activation", 2.0, -10, 10, "of every unit"),
    ),
    rigged={"S11": {"depth": 5}},
)
