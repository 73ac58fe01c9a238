"""A perceptron with given weights: one sample and batches through the same rule."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.array_types import Array
from chainrule.data.toy import logic_gate
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings
from chainrule.labs.perceptrons.plane import plane
from chainrule.labs.result import Result, Table, verdict

WEIGHT = 1.0  # of both inputs
EXPECTED = [0, 0, 0, 1]
"""What these weights make of the four pairs with the bias -1.5: both inputs must be 1."""


def perceptron(bias: float) -> nn.Sequential:
    """Return a neuron with the step as its activation."""
    neuron = nn.Sequential(nn.Linear(2, 1), nn.Step())
    weights = {"0.weight": chainrule.full((1, 2), WEIGHT), "0.bias": chainrule.tensor([bias])}
    neuron.load_state_dict(weights)
    return neuron


def run(settings: Settings) -> Result:
    """Ask the perceptron for each pair alone and for all of them at once."""
    neuron = perceptron(settings.real("bias"))
    inputs, _ = logic_gate("and")

    def says(points: Array) -> Array:
        output: Array = neuron(chainrule.from_numpy(points)).array[..., 0]
        return output

    together = says(inputs).astype(int).tolist()
    alone = [int(says(sample)) for sample in inputs]
    sums = (inputs.sum(axis=1) * WEIGHT + settings.real("bias")).tolist()
    rows = [
        (f"{a:g}, {b:g}", total, said)
        for (a, b), total, said in zip(inputs.tolist(), sums, together, strict=True)
    ]
    return Result(
        verdicts={
            "S02": verdict(
                together == alone == EXPECTED,
                f"outputs {together} for the batch and {alone} one by one; both inputs at once "
                f"are wanted: {EXPECTED}",
            )
        },
        numbers={"pairs answered with 1": float(np.sum(together))},
        tables=[Table("Weights 1 and 1", ("inputs", "w · x + b", "output"), rows)],
        panels=[plane("What the perceptron says", says, inputs, np.array(together))],
    )


LAB = Lab(
    name="perceptron",
    section="9.1",
    question="What does a perceptron with given weights say of every point?",
    covers=("S02",),
    run=run,
    parameters=(Real("bias", -1.5, -5, 5, "added to the weighted sum"),),
    rigged={"S02": {"bias": -0.5}},
)
