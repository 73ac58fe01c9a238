"""Mistakes of the update against one weight moved by hand, with the textbook's formulas."""

from collections.abc import Callable

import numpy as np
import pytest

from chainrule import nn, optim
from chainrule.explain.detective import MISTAKES
from chainrule.explain.detective.question import read_question
from chainrule.explain.detective.recomputation import Recomputation
from chainrule.explain.detective.scenario import make_scenario

X, T, START = 1.5, -0.7, 0.4
LR, DECAY, MOMENTUM = 0.05, 0.3, 0.8
B1, B2, EPS = 0.9, 0.99, 1e-3
STEPS = 3


def slope(w: float) -> float:
    """The gradient of (w x - t)^2."""
    return 2 * (w * X - T) * X


def adam(
    *,
    correct_m: bool = True,
    correct_v: bool = True,
    count: Callable[[int], int] = lambda t: t,
    divide: Callable[[float, float], float] = lambda m, v: m / (np.sqrt(v) + EPS),
    betas: tuple[float, float] = (B1, B2),
    in_gradient: float = 0.0,
    shrink: float = 0.0,
) -> float:
    """A weight after three steps of Adam, in the order of the paper."""
    w, m, v = START, 0.0, 0.0
    b1, b2 = betas
    for step in range(1, STEPS + 1):
        t = count(step)
        g = slope(w) + in_gradient * w
        w -= LR * shrink * w
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        w -= LR * divide(m / (1 - b1**t) if correct_m else m, v / (1 - b2**t) if correct_v else v)
    return w


def sgd(
    *,
    momentum: float = 0.0,
    share: float = 1.0,
    nesterov: bool = False,
    in_gradient: float = 0.0,
    shrink: float = 0.0,
) -> float:
    """A weight after three steps of gradient descent."""
    w, velocity = START, 0.0
    for _ in range(STEPS):
        g = slope(w) + in_gradient * w
        w *= 1 - LR * shrink
        velocity = momentum * velocity + share * g
        w -= LR * (g + momentum * velocity if nesterov else velocity)
    return w


ADAM = {"lr": LR, "betas": (B1, B2), "eps": EPS}
CASES: list[tuple[str, str, type[optim.Optimizer], dict[str, object], float]] = [
    ("bias correction left out", "both", optim.Adam, ADAM, adam(correct_m=False, correct_v=False)),
    ("bias correction left out", "gradient m", optim.Adam, ADAM, adam(correct_m=False)),
    ("bias correction left out", "square v", optim.Adam, ADAM, adam(correct_v=False)),
    ("step number not counted", "", optim.Adam, ADAM, adam(count=lambda _: 1)),
    ("ε inside the root", "", optim.Adam, ADAM, adam(divide=lambda m, v: m / np.sqrt(v + EPS))),
    ("root left out", "", optim.Adam, ADAM, adam(divide=lambda m, v: m / (v + EPS))),
    ("β₁ and β₂ swapped", "", optim.Adam, ADAM, adam(betas=(B2, B1))),
    (
        "ε inside the root",
        "",
        optim.AdamW,
        ADAM | {"weight_decay": DECAY},
        adam(divide=lambda m, v: m / np.sqrt(v + EPS), shrink=DECAY),
    ),
    (
        "weight decay in the gradient (Adam for AdamW)",
        "",
        optim.AdamW,
        ADAM | {"weight_decay": DECAY},
        adam(in_gradient=DECAY),
    ),
    (
        "weight decay apart from the gradient (AdamW for Adam)",
        "",
        optim.Adam,
        ADAM | {"weight_decay": DECAY},
        adam(shrink=DECAY),
    ),
    ("weight decay left out", "", optim.AdamW, ADAM | {"weight_decay": DECAY}, adam()),
    ("momentum left out", "", optim.SGD, {"lr": LR, "momentum": MOMENTUM}, sgd()),
    (
        "momentum as an average",
        "",
        optim.SGD,
        {"lr": LR, "momentum": MOMENTUM, "weight_decay": DECAY},
        sgd(momentum=MOMENTUM, share=1 - MOMENTUM, in_gradient=DECAY),
    ),
    (
        "the other kind of momentum",
        "",
        optim.SGD,
        {"lr": LR, "momentum": MOMENTUM},
        sgd(momentum=MOMENTUM, nesterov=True),
    ),
    (
        "the other kind of momentum",
        "",
        optim.SGD,
        {"lr": LR, "momentum": MOMENTUM, "nesterov": True},
        sgd(momentum=MOMENTUM),
    ),
    (
        "weight decay apart from the gradient (AdamW for Adam)",
        "",
        optim.SGD,
        {"lr": LR, "momentum": MOMENTUM, "weight_decay": DECAY},
        sgd(momentum=MOMENTUM, shrink=DECAY),
    ),
]
NAMES = {name for name, *_ in CASES}


@pytest.mark.parametrize(("name", "where", "optimizer", "options", "by_hand"), CASES)
def test_the_weight_is_that_of_the_mistake_made_by_hand(
    name: str,
    where: str,
    optimizer: type[optim.Optimizer],
    options: dict[str, object],
    by_hand: float,
) -> None:
    model = nn.Linear(1, 1, bias=False).double()
    model.weight.array[...] = START
    batch = ([[X]], [[T]])
    rule = optimizer(model.parameters(), **options)
    scenario = make_scenario(
        model, nn.MSELoss(), rule, [batch], read_question("weight weight[0,0]"), STEPS
    )
    mistake = next(mistake for mistake in MISTAKES if mistake.name == name)
    [form] = [v for v in mistake.variants(scenario) if where in v.where]
    recomputation = Recomputation(scenario)
    assert recomputation.answer((form.change,)) == pytest.approx(by_hand, rel=1e-11)
    assert recomputation.answer() != pytest.approx(by_hand, rel=1e-6)
