"""The derivative of an activation."""

import numpy as np

import chainrule
from chainrule.nn import functional as F  # noqa: N812 - as everywhere
from chainrule.quiz.exercise import DECIMALS, Exercise, Topic

FORMULAS = {
    "sigmoid": "s(1 - s) with s = sigmoid(z)",
    "tanh": "1 - t² with t = tanh(z)",
    "relu": "1 for z > 0, else 0",
    "leaky_relu": "1 for z > 0, else 0.01",
}


def make(draw: np.random.Generator) -> Exercise:
    """Return an exercise on the slope of an activation at one place."""
    name = str(draw.choice(list(FORMULAS)))
    place = round(float(draw.uniform(-3, 3)), 1) or 0.5
    z = chainrule.tensor(place, dtype=chainrule.float64, requires_grad=True)
    getattr(F, name)(z).backward()
    assert z.grad is not None  # noqa: S101 - just computed
    slope = z.grad.item()
    return Exercise(
        section="9.2",
        kind="derivative",
        text=f"What is the derivative of {name} at z = {place:g}? ({DECIMALS} decimals)",
        answer=slope,
        is_whole=False,
        solution=f"{FORMULAS[name]}: {slope:.{DECIMALS}f}",
    )


TOPIC = Topic("9.2", make)
