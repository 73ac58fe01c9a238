"""Rosenblatt's rule: correct the weights after each mistake, until a pass is without one."""

import numpy as np

from chainrule.array_types import Array
from chainrule.data.toy import logic_gate
from chainrule.estimators import Perceptron
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Real, Settings, Whole
from chainrule.labs.perceptrons.plane import plane
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict


def run(settings: Settings) -> Result:
    """Learn a logic gate from zero weights, and note the mistakes of each pass."""
    gate = settings.text("gate")
    inputs, labels = logic_gate(gate)  # type: ignore[arg-type]  # one of the options
    neuron = Perceptron(settings.real("learning_rate"), settings.whole("passes"))
    neuron.fit(inputs, labels)
    predicted = neuron.predict(inputs)
    right = int((predicted == labels).sum())
    passes = list(range(1, neuron.n_iter_ + 1))
    rows = [*zip(passes[:20], neuron.mistakes_[:20], strict=True)]
    ended = f"stopped after pass {neuron.n_iter_}" if neuron.converged_ else "never stopped"

    def says(points: Array) -> Array:
        output: Array = (neuron.decision_function(points) >= 0).astype(float)
        return output

    return Result(
        verdicts={
            "S03": verdict(
                neuron.converged_ and right == len(labels),
                f"{gate}: {right} of {len(labels)} right; the rule {ended}",
            )
        },
        numbers={"right": right, "passes": neuron.n_iter_, "mistakes": sum(neuron.mistakes_)},
        tables=[Table("Mistakes", ("pass", "mistakes"), rows)],
        panels=[
            plane(f"Learned: {gate}", says, inputs, labels),
            Panel(
                "Mistakes by pass",
                "pass over the samples",
                "mistakes",
                [Line(passes, np.array(neuron.mistakes_), has_markers=len(passes) < 30)],
            ),
        ],
    )


LAB = Lab(
    name="perceptron-rule",
    section="9.1",
    question="Does a perceptron learn a logic gate, and does it know when it is done?",
    covers=("S03",),
    run=run,
    parameters=(
        Choice("gate", "and", ("and", "or", "nand", "nor", "xor"), "what is to be learned"),
        Real("learning_rate", 0.1, 1e-3, 10, "size of a correction"),
        Whole("passes", 100, 1, 10_000, "over the samples, at most"),
    ),
    rigged={"S03": {"gate": "xor"}},
)
