"""The sigmoid's derivative: at most a quarter, and known from the output alone."""

import numpy as np

import chainrule
from chainrule.array_types import Array
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn import functional

PLACES = (0.0, 2.0, -2.0, 5.0, -5.0)
EXPECTED = (0.25, 0.1050, 0.1050, 0.0066, 0.0066)
"""The chapter's derivatives of the sigmoid."""
LIMIT = 0.25
FINE = np.linspace(-12, 12, 240_001)
ROUNDING = 1e-12


def value_and_slope(name: str, places: Array) -> tuple[Array, Array]:
    """Return an activation and its derivative, by automatic differentiation."""
    x = chainrule.from_numpy(np.array(places, dtype=np.float64)).requires_grad_()
    y = getattr(functional, name)(x)
    y.sum().backward()
    assert x.grad is not None  # noqa: S101 - just computed
    return y.detach().array, x.grad.array


def run(settings: Settings) -> Result:
    """Differentiate an activation at the chapter's places and at very many others."""
    name = settings.text("activation")
    slopes = value_and_slope(name, np.array(PLACES))[1]
    values, everywhere = value_and_slope(name, FINE)
    from_output = values * (1 - values)
    off = float(np.abs(everywhere - from_output).max())
    largest, place = float(everywhere.max()), float(FINE[everywhere.argmax()])
    said = [round(float(slope), 4) for slope in slopes]
    rows = [*zip(PLACES, slopes.tolist(), EXPECTED, strict=True)]
    shown = np.abs(FINE) <= 6
    return Result(
        verdicts={
            "S10": verdict(
                bool(np.abs(slopes - EXPECTED).max() < 5e-5),
                f"the derivative at {list(PLACES)} is {said}; the chapter has {list(EXPECTED)}",
            ),
            "Q04": verdict(
                largest <= LIMIT + ROUNDING and off < ROUNDING,
                f"of {len(FINE):,} places the largest derivative is {largest:.6g}, at {place:.3g} "
                f"(claimed: at most {LIMIT}); y(1 - y) differs from it by at most {off:.1e}",
            ),
        },
        numbers={"largest derivative": largest, "largest difference from y(1 - y)": off},
        tables=[Table("Derivatives", ("x", name, "chapter's sigmoid"), rows)],
        panels=[
            Panel(
                f"{name} and its derivative",
                "x",
                "value",
                [
                    Line(FINE[shown], values[shown], name),
                    Line(FINE[shown], everywhere[shown], "derivative"),
                    Line(FINE[shown], from_output[shown], "y (1 - y)", is_dashed=True),
                ],
            )
        ],
    )


LAB = Lab(
    name="sigmoid-slope",
    section="9.2",
    question="How steep is the sigmoid, and does its output tell?",
    covers=("S10", "Q04"),
    run=run,
    parameters=(Choice("activation", "sigmoid", ("sigmoid", "tanh", "relu", "gelu"), "looked at"),),
    rigged={"S10": {"activation": "tanh"}, "Q04": {"activation": "tanh"}},
)
