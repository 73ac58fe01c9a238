"""The boundary of a perceptron of two inputs: a line, with its slope and intercept."""

import numpy as np

from chainrule.array_types import Array
from chainrule.data.toy import logic_gate
from chainrule.estimators import Perceptron
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings
from chainrule.labs.perceptrons.plane import plane
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict

NEAR = 1e-6  # w · x + b on the line: zero but for rounding


def run(settings: Settings) -> Result:
    """Learn a gate, and hold the line against the perceptron's own answers."""
    gate = settings.text("gate")
    inputs, labels = logic_gate(gate)  # type: ignore[arg-type]  # one of the options
    neuron = Perceptron(max_iter=100).fit(inputs, labels)
    weights, bias = neuron.coef_[0].tolist(), float(neuron.intercept_[0])

    def says(points: Array) -> Array:
        output: Array = (neuron.decision_function(points) >= 0).astype(float)
        return output

    panel = plane(f"Boundary of {gate}", says, inputs, labels)
    line = neuron.boundary()
    separates = bool((neuron.predict(inputs) == labels).all())
    if not line.is_vertical:
        ends = np.array([inputs[:, 0].min() - 0.5, inputs[:, 0].max() + 0.5])
        on_it = np.column_stack([ends, line.slope * ends + line.intercept])
        separates = separates and bool(np.abs(neuron.decision_function(on_it)).max() < NEAR)
        drawn = Line(ends, on_it[:, 1], str(line), is_dashed=True)
        panel = Panel(panel.title, panel.xlabel, panel.ylabel, [*panel.parts, drawn])
    row = (*weights, bias, line.slope, line.intercept)
    return Result(
        verdicts={
            "S04": verdict(
                separates,
                f"{line}, of slope -w1/w2 and intercept -b/w2, "
                f"{'has' if separates else 'does not have'} the classes of {gate} on its two sides",
            )
        },
        tables=[Table("Boundary", ("w1", "w2", "b", "slope", "intercept"), [row])],
        panels=[panel],
    )


LAB = Lab(
    name="decision-boundary",
    section="9.1",
    question="Where is the line between the two answers of a perceptron?",
    covers=("S04",),
    run=run,
    parameters=(Choice("gate", "or", ("or", "and", "nand", "nor", "xor"), "what is learned"),),
    rigged={"S04": {"gate": "xor"}},
)
