"""Losses: how wrong scores and numbers are."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings
from chainrule.labs.plot import Line, Panel, Points
from chainrule.labs.result import Result, Table, verdict

LOGITS, LABELS = ((2.0, 1.0, 0.1), (0.5, 2.5, 0.3), (0.1, 0.2)), (0, 1, 2)
PREDICTED, TARGETS = (0.0, 2.1), (3.0, -0.5, 2.0)
CROSS_ENTROPY, SQUARED_ERROR = 0.2489, 0.17
"""The chapter's samples, without the last score and the first prediction, and its two losses."""
TOLERANCES = (0.00005, 0.005)
"""Half a unit of the last digit printed."""
RANGE = 6.0  # of scores and predictions in the picture


def cross_entropy(score: float) -> tuple[float, list[float]]:
    """Return the loss of the three samples, and that of each."""
    logits = chainrule.tensor([*LOGITS[:2], [*LOGITS[2], score]])
    labels = chainrule.tensor(LABELS)
    mean = nn.CrossEntropyLoss()(logits, labels).item()
    return mean, nn.CrossEntropyLoss(reduction="none")(logits, labels).tolist()


def squared_error(prediction: float) -> tuple[float, list[float]]:
    """Return the loss of the three predictions, and that of each."""
    predicted, targets = chainrule.tensor([prediction, *PREDICTED]), chainrule.tensor(TARGETS)
    mean = nn.MSELoss()(predicted, targets).item()
    return mean, nn.MSELoss(reduction="none")(predicted, targets).tolist()


def run(settings: Settings) -> Result:
    """Compute both losses of the chapter's samples, and how they change with one number."""
    score, prediction = settings.real("score"), settings.real("prediction")
    entropy, entropies = cross_entropy(score)
    error, errors = squared_error(prediction)
    is_as_printed = (
        abs(entropy - CROSS_ENTROPY) <= TOLERANCES[0]
        and abs(error - SQUARED_ERROR) <= TOLERANCES[1]
    )
    reason = (
        f"cross-entropy {entropy:.4f} and mean squared error {error:.2f}; the chapter has "
        f"{CROSS_ENTROPY} and {SQUARED_ERROR}"
    )
    places = np.linspace(-RANGE, RANGE, 61)
    curves = [
        [function(float(place))[0] for place in places]
        for function in (cross_entropy, squared_error)
    ]
    return Result(
        verdicts={"S39": verdict(is_as_printed, reason)},
        numbers={"cross-entropy in nats": entropy, "mean squared error": error},
        tables=[
            Table(
                "Loss of each sample",
                ("sample", "cross-entropy", "squared error"),
                [*zip((1, 2, 3), entropies, errors, strict=True)],
            )
        ],
        panels=[
            Panel(
                "Cross-entropy",
                "score of the third sample's own class",
                "loss in nats",
                [Line(places, curves[0]), Points(np.array([score]), np.array([entropy]))],
            ),
            Panel(
                "Mean squared error",
                f"first prediction (target {TARGETS[0]:g})",
                "loss",
                [Line(places, curves[1]), Points(np.array([prediction]), np.array([error]))],
            ),
        ],
    )


LAB = Lab(
    name="losses",
    section="9.5",
    question="How wrong is a prediction, in one number?",
    covers=("S39",),
    run=run,
    parameters=(
        Real("score", 3.0, -RANGE, RANGE, "of the third sample for its own class"),
        Real("prediction", 2.5, -RANGE, RANGE, "for the first target, 3"),
    ),
    rigged={"S39": {"score": 2.0}},
)
