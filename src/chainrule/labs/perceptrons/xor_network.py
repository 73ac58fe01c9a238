"""XOR with a hidden layer of two units: weights set by hand, and weights that are learned."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.array_types import Array
from chainrule.data.toy import logic_gate
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Real, Settings, Whole
from chainrule.labs.perceptrons.plane import plane
from chainrule.labs.perceptrons.xor_perceptron import best_line
from chainrule.labs.result import Result, Table, verdict

HIDDEN_WEIGHT, HIDDEN_BIASES = 20.0, (-30.0, -10.0)
OUTPUT_WEIGHTS, OUTPUT_BIAS = (-60.0, 60.0), -30.0
"""The chapter's weights: both, at least one, and one without the other."""
SURE = 0.01  # how near to 0 or 1 an output must be
OFTEN = 0.25
"""Share of learned networks that must get all four right: that two units suffice is shown by one,
but a solution that is hardly ever found would be of little use."""


def by_hand(scale: float) -> nn.Sequential:
    """Return the network with the chapter's weights, all multiplied by a factor."""
    model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1), nn.Sigmoid())
    weights = {
        "0.weight": chainrule.full((2, 2), HIDDEN_WEIGHT * scale),
        "0.bias": chainrule.tensor([b * scale for b in HIDDEN_BIASES]),
        "2.weight": chainrule.tensor([[w * scale for w in OUTPUT_WEIGHTS]]),
        "2.bias": chainrule.tensor([OUTPUT_BIAS * scale]),
    }
    model.load_state_dict(weights)
    return model


def answers(model: nn.Module, inputs: Array) -> Array:
    """Return the outputs for points."""
    with chainrule.no_grad():
        said: Array = model(chainrule.from_numpy(inputs)).array[:, 0]
    return said


def learned(inputs: Array, labels: Array, steps: int, seed: int) -> nn.Sequential:
    """Return a 2-2-1 network after learning from the four samples."""
    chainrule.manual_seed(seed)
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1), nn.Sigmoid())
    optimizer = chainrule.optim.Adam(model.parameters(), lr=0.1)
    x, y = (chainrule.from_numpy(part.astype(np.float32)) for part in (inputs, labels[:, None]))
    criterion = nn.BCELoss()
    for _ in range(steps):
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
    return model


def run(settings: Settings) -> Result:
    """Ask the network with the chapter's weights, and learn others from several beginnings."""
    gate = settings.text("gate")
    inputs, labels = logic_gate(gate)  # type: ignore[arg-type]  # one of the options
    hand = by_hand(settings.real("scale"))
    said = answers(hand, inputs)
    error = float(np.abs(said - labels).max())
    repeats, steps = settings.whole("repeats"), settings.whole("steps")
    models = [learned(inputs, labels, steps, settings.seed * 1000 + n) for n in range(repeats)]
    right = [int(((answers(m, inputs) > 0.5) == (labels == 1)).sum()) for m in models]
    share, line = right.count(4) / repeats, best_line(inputs, labels)
    rows = [
        (f"{a:g}, {b:g}", int(wanted), float(output))
        for (a, b), wanted, output in zip(inputs, labels, said, strict=True)
    ]
    best = models[int(np.argmax(right))]
    return Result(
        verdicts={
            "S07": verdict(
                error <= SURE,
                f"outputs {np.round(said, 4).tolist()} for {labels.astype(int).tolist()}: at most "
                f"{error:.2g} off ({SURE} allowed)",
            ),
            "Q02": verdict(
                line < 4 and share >= OFTEN,
                f"the best line gets {line} of 4 right; with two hidden units {share:.0%} of "
                f"{repeats} beginnings learn all 4 (at least {OFTEN:.0%})",
            ),
        },
        numbers={"largest error by hand": error, "share that learns all four": share},
        tables=[Table("Weights set by hand", ("inputs", "wanted", "output"), rows)],
        panels=[
            plane("Set by hand", lambda points: answers(hand, points), inputs, labels),
            plane("Learned", lambda points: answers(best, points), inputs, labels),
        ],
    )


LAB = Lab(
    name="xor-network",
    section="9.1",
    question="What does a hidden layer of two units do for XOR?",
    covers=("S07", "Q02"),
    run=run,
    parameters=(
        Choice("gate", "xor", ("xor", "and", "or", "nand", "nor"), "what is to be computed"),
        Real("scale", 1.0, 0.01, 10, "factor of all weights set by hand"),
        Whole("steps", 300, 1, 5000, "of learning"),
        Whole("repeats", 12, 1, 200, "beginnings"),
    ),
    rigged={"S07": {"scale": 0.1}, "Q02": {"gate": "and"}},
)
