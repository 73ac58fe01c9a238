"""The threshold neuron: weigh, add up, compare."""

import numpy as np

from chainrule.estimators import ThresholdNeuron
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings
from chainrule.labs.plot import Bars, Line, Panel
from chainrule.labs.result import Result, Table, verdict

INPUTS, WEIGHTS = (0.5, 0.3, 0.8), (0.4, 0.6, 0.2)
EXPECTED_SUM, EXPECTED_OUTPUT = 0.54, 1


def run(settings: Settings) -> Result:
    """Weigh three inputs and compare their sum with the threshold."""
    threshold = settings.real("threshold")
    neuron = ThresholdNeuron(WEIGHTS, threshold)
    output, total = int(neuron.predict(INPUTS)), float(neuron.weighted_sum(INPUTS))
    terms = np.multiply(WEIGHTS, INPUTS).tolist()
    is_as_printed = round(total, 6) == EXPECTED_SUM and output == EXPECTED_OUTPUT
    table = Table(
        "Three inputs",
        ("input", "weight", "product"),
        [*zip(INPUTS, WEIGHTS, terms, strict=True)],
    )
    names = ["x1", "x2", "x3", "sum"]
    bars = Bars(names, [*terms, total], label="weight · input")
    line = Line([-0.5, 3.5], [threshold, threshold], "threshold", is_dashed=True)
    return Result(
        verdicts={
            "S01": verdict(
                is_as_printed,
                f"weighted sum {total:.2f} against threshold {threshold:g} gives {output}; the "
                f"chapter has {EXPECTED_SUM} and {EXPECTED_OUTPUT}",
            )
        },
        numbers={"weighted sum": total, "output": output},
        tables=[table],
        panels=[Panel("A neuron adds up", "", "weight · input", [bars, line])],
    )


LAB = Lab(
    name="threshold-neuron",
    section="9.1",
    question="When does a threshold neuron fire?",
    covers=("S01",),
    run=run,
    parameters=(Real("threshold", 0.5, -10, 10, "that the weighted sum must reach"),),
    rigged={"S01": {"threshold": 0.6}},
)
