"""How many numbers a feedforward network learns."""

from itertools import pairwise

import numpy as np

from chainrule.nn.feedforward import feedforward
from chainrule.nn.summary import count_parameters
from chainrule.quiz.exercise import Exercise, Topic


def make(draw: np.random.Generator) -> Exercise:
    """Return an exercise on the parameters of a network of three or four layers."""
    sizes = [int(size) for size in draw.choice([2, 3, 4, 5, 8, 10, 16, 20], draw.integers(3, 5))]
    terms = " + ".join(f"({one} + 1)·{other}" for one, other in pairwise(sizes))
    answer = count_parameters(feedforward(sizes))
    return Exercise(
        section="9.3",
        kind="counting parameters",
        text=(
            f"How many parameters, weights and biases, has a feedforward network "
            f"{'-'.join(map(str, sizes))}?"
        ),
        answer=answer,
        is_whole=True,
        solution=f"{terms} = {answer}",
    )


TOPIC = Topic("9.3", make)
