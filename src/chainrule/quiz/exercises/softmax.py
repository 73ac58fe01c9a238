"""Softmax of three logits."""

import numpy as np

import chainrule
from chainrule.nn import functional as F  # noqa: N812 - as everywhere
from chainrule.quiz.exercise import DECIMALS, Exercise, Topic


def make(draw: np.random.Generator) -> Exercise:
    """Return an exercise on the probability of one of three classes."""
    logits = [round(float(number), 1) for number in draw.uniform(-2, 3, 3)]
    place = int(draw.integers(3))
    scores = F.softmax(chainrule.tensor(logits, dtype=chainrule.float64), dim=0).array
    exponentials = " + ".join(f"e^{logit:g}" for logit in logits)
    return Exercise(
        section="9.2",
        kind="softmax",
        text=(
            f"The logits of three classes are {', '.join(f'{logit:g}' for logit in logits)}. What "
            f"probability does softmax give class {place + 1}? ({DECIMALS} decimals)"
        ),
        answer=float(scores[place]),
        is_whole=False,
        solution=f"e^{logits[place]:g} / ({exponentials}) = {scores[place]:.{DECIMALS}f}",
    )


TOPIC = Topic("9.2", make)
