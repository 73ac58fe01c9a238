"""XOR: no line has its classes on two sides, so the perceptron's rule never ends."""

import numpy as np

from chainrule.array_types import Array
from chainrule.data.toy import logic_gate
from chainrule.estimators import Perceptron
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings, Whole
from chainrule.labs.perceptrons.plane import plane
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict

EXPECTED = [1, 1, 0, 0]
"""The chapter's predictions after 1000 passes from zero weights with a learning rate of 0.1."""
ANGLES = 360  # directions of lines that are tried


def best_line(inputs: Array, labels: Array) -> int:
    """Return how many of four samples any line gets right.

    For each direction, the samples are ordered along it, and all ways to cut that order are tried.
    """
    best = 0
    for angle in np.linspace(0, 2 * np.pi, ANGLES, endpoint=False):
        along = inputs @ np.array([np.cos(angle), np.sin(angle)])
        cuts = np.concatenate([[along.min() - 1], along + 1e-6])
        best = max(best, *(int(((along > cut) == (labels == 1)).sum()) for cut in cuts))
    return best


def run(settings: Settings) -> Result:
    """Let the rule run on XOR, and try lines in every direction."""
    gate = settings.text("gate")
    inputs, labels = logic_gate(gate)  # type: ignore[arg-type]  # one of the options
    neuron = Perceptron(0.1, settings.whole("passes")).fit(inputs, labels)
    predicted = [int(said) for said in neuron.predict(inputs)]
    right, best = int((neuron.predict(inputs) == labels).sum()), best_line(inputs, labels)

    def says(points: Array) -> Array:
        output: Array = (neuron.decision_function(points) >= 0).astype(float)
        return output

    reason = (
        f"{gate}: after {neuron.n_iter_} passes the rule "
        f"{'has ended' if neuron.converged_ else 'has not ended'}, predictions {predicted}, "
        f"{right} of 4 right (the chapter: {EXPECTED}, 2 of 4); of lines in {ANGLES} directions "
        f"the best gets {best} of 4"
    )
    shown = neuron.mistakes_[:50]
    return Result(
        verdicts={
            "S05": verdict(not neuron.converged_ and predicted == EXPECTED and best == 3, reason)
        },
        numbers={"right": right, "right by the best line": best},
        tables=[
            Table(
                "After the last pass",
                ("inputs", "wanted", "said"),
                [
                    (f"{a:g}, {b:g}", int(wanted), said)
                    for (a, b), wanted, said in zip(inputs, labels, predicted, strict=True)
                ],
            )
        ],
        panels=[
            plane(f"What the perceptron says of {gate}", says, inputs, labels),
            Panel(
                "It never ends" if not neuron.converged_ else "It ends",
                "pass over the samples (the first 50)",
                "mistakes",
                [Line(list(range(1, len(shown) + 1)), shown)],
            ),
        ],
    )


LAB = Lab(
    name="xor-perceptron",
    section="9.1",
    question="Can a perceptron learn XOR?",
    covers=("S05",),
    run=run,
    parameters=(
        Choice("gate", "xor", ("xor", "and", "or", "nand", "nor"), "what is to be learned"),
        Whole("passes", 1000, 1, 10_000, "over the samples, at most"),
    ),
    rigged={"S05": {"gate": "and"}},
)
