"""One neuron: weigh, add, activate."""

import numpy as np

import chainrule
from chainrule.nn import functional as F  # noqa: N812 - as everywhere
from chainrule.quiz.exercise import DECIMALS, Exercise, Topic, round_numbers


def make(draw: np.random.Generator) -> Exercise:
    """Return an exercise on the output of one neuron."""
    weights, inputs = round_numbers(draw, 2), round_numbers(draw, 2)
    [bias] = round_numbers(draw, 1)
    name = str(draw.choice(["sigmoid", "tanh", "relu"]))
    z = float(np.dot(weights, inputs)) + bias
    answer = getattr(F, name)(chainrule.tensor(z, dtype=chainrule.float64)).item()
    terms = " + ".join(f"({w:g})({x:g})" for w, x in zip(weights, inputs, strict=True))
    return Exercise(
        section="9.1",
        kind="one neuron",
        text=(
            f"A neuron has the weights {weights[0]:g} and {weights[1]:g}, the bias {bias:g} and "
            f"the activation {name}. What is its output for the inputs {inputs[0]:g} and "
            f"{inputs[1]:g}? ({DECIMALS} decimals)"
        ),
        answer=answer,
        is_whole=False,
        solution=f"z = {terms} + ({bias:g}) = {z:g}; {name}({z:g}) = {answer:.{DECIMALS}f}",
    )


TOPIC = Topic("9.1", make)
