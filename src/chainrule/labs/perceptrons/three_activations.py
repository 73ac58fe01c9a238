"""Step, sigmoid and ReLU side by side."""

import numpy as np

import chainrule
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn import functional

PLACES = (-2.0, -1.0, 0.0, 1.0, 2.0)
EXPECTED = (0.1192, 0.2689, 0.5, 0.7311, 0.8808)
"""The chapter's values of the sigmoid."""


def run(settings: Settings) -> Result:
    """Compute all three at the chapter's places."""
    steepness = settings.real("steepness")
    places = chainrule.tensor(PLACES, dtype=chainrule.float64) * steepness
    x = chainrule.linspace(-4, 4, 401, dtype=chainrule.float64)
    functions = {"step": functional.step, "sigmoid": functional.sigmoid, "relu": functional.relu}
    values = {name: function(places).array for name, function in functions.items()}
    rows = [*zip(PLACES, *(column.tolist() for column in values.values()), strict=True)]
    error = float(np.abs(values["sigmoid"] - EXPECTED).max())
    said = [round(float(value), 4) for value in values["sigmoid"]]
    lines = [
        Line(x.array, function(x * steepness).array, name) for name, function in functions.items()
    ]
    return Result(
        verdicts={"S06": verdict(error < 5e-5, f"the sigmoid is {said}, the chapter {EXPECTED}")},
        numbers={"largest difference from the chapter": error},
        tables=[Table("Three activations", ("x", *functions), rows)],
        panels=[Panel("Step, sigmoid, ReLU", "x", "activation", lines)],
    )


LAB = Lab(
    name="three-activations",
    section="9.1",
    question="How do the step, the sigmoid and ReLU differ?",
    covers=("S06",),
    run=run,
    parameters=(Real("steepness", 1.0, 0.01, 20, "factor of x"),),
    rigged={"S06": {"steepness": 2.0}},
)
