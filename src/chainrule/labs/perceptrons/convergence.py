"""How many mistakes the perceptron's rule makes before it is done, and when it never is."""

import numpy as np

from chainrule.array_types import Array
from chainrule.data.toy import logic_gate
from chainrule.estimators import Perceptron
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Line, Panel, Points
from chainrule.labs.result import Result, Table, verdict

PASSES = 2000
GATES = {"and": (1, 1, -1.5), "or": (1, 1, -0.5), "nand": (-1, -1, 1.5), "nor": (-1, -1, 0.5)}
"""For each separable gate, weights and bias of a line with the widest margin."""


def bound(samples: Array, labels: Array, separator: Array) -> float:
    """Return the most mistakes that can be made: (R / γ)², with the margin of a known separator.

    Args:
        samples: Shape (samples, features).
        labels: 0 or 1.
        separator: Weights and, last, the bias.
    """
    extended = np.column_stack([samples, np.ones(len(samples))])
    margin = ((2 * labels - 1) * (extended @ separator)).min() / np.linalg.norm(separator)
    return float((np.linalg.norm(extended, axis=1).max() / margin) ** 2)


def cloud(settings: Settings, draw: np.random.Generator) -> tuple[Array, Array, Array]:
    """Return points that a drawn line separates with the margin wanted, labels, and that line."""
    separator = np.append(draw.standard_normal(2), 0.3 * draw.standard_normal())
    separator /= np.linalg.norm(separator)
    points = draw.uniform(-1, 1, (4000, 2))
    distance = points @ separator[:2] + separator[2]
    kept = np.flatnonzero(np.abs(distance) >= settings.real("margin"))[: settings.whole("samples")]
    return points[kept], (distance[kept] > 0).astype(int), separator


def run(settings: Settings) -> Result:
    """Count mistakes on logic gates, on separable clouds and on XOR."""
    draw = np.random.default_rng(settings.seed)
    problems = []
    for gate, line in GATES.items():
        inputs, labels = logic_gate(gate)  # type: ignore[arg-type]  # one of the gates
        problems.append((gate, inputs, labels, np.array(line, dtype=float)))
    for number in range(settings.whole("clouds")):
        points, labels, separator = cloud(settings, draw)
        flipped = draw.random(len(labels)) < settings.real("flipped")
        problems.append(
            (f"cloud {number + 1}", points, np.where(flipped, 1 - labels, labels), separator)
        )
    rows, learned, within = [], 0, 0
    for name, samples, labels, separator in problems:
        neuron = Perceptron(1.0, PASSES).fit(samples, labels)
        mistakes, most = sum(neuron.mistakes_), bound(samples, labels, separator)
        learned += neuron.converged_
        within += neuron.converged_ and mistakes <= most
        rows.append((name, mistakes, most, "yes" if neuron.converged_ else "no"))
    xor = Perceptron(1.0, PASSES).fit(*logic_gate("xor"))
    holds = learned == within == len(problems) and not xor.converged_
    limits = [row[2] for row in rows]
    ends = [min(limits), max(limits)]
    return Result(
        verdicts={
            "Q01": verdict(
                holds,
                f"{learned} of {len(problems)} problems learned, {within} of them within the bound "
                f"(R/γ)²; XOR {'was' if xor.converged_ else 'was not'} learned in {PASSES} passes",
            )
        },
        numbers={
            "learned": learned,
            "largest share of the bound": max(row[1] / row[2] for row in rows),
        },
        tables=[Table("Mistakes until done", ("problem", "mistakes", "bound", "learned"), rows)],
        panels=[
            Panel(
                "Mistakes against the bound",
                "most mistakes that can be made, (R/γ)²",
                "mistakes that were made",
                [
                    Points(np.array(limits), np.array([max(row[1], 1) for row in rows])),
                    Line(ends, ends, "the bound", is_dashed=True),
                ],
                xscale="log",
                yscale="log",
            )
        ],
    )


LAB = Lab(
    name="perceptron-convergence",
    section="9.1",
    question="Does a perceptron learn everything that a line can separate, and nothing else?",
    covers=("Q01",),
    run=run,
    parameters=(
        Whole("clouds", 12, 1, 200, "random separable problems"),
        Whole("samples", 60, 5, 1000, "points in each"),
        Real("margin", 0.08, 0.01, 0.4, "least distance of a point from the line"),
        Real("flipped", 0.0, 0.0, 0.5, "share of labels flipped, so that no line is right"),
    ),
    rigged={"Q01": {"flipped": 0.2}},
)
