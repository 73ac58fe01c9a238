"""Optimisers: five ways down the same valley."""

from collections.abc import Callable

import numpy as np

import chainrule
from chainrule import nn, optim
from chainrule.array_types import Array
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Real, Settings, Whole
from chainrule.labs.plot import Field, Line, Panel
from chainrule.labs.result import Result, Table, verdict

OPTIMISERS: dict[str, tuple[Callable[..., optim.Optimizer], dict[str, float]]] = {
    "SGD": (optim.SGD, {"lr": 0.1}),
    "momentum": (optim.SGD, {"lr": 0.02, "momentum": 0.9}),
    "RMSprop": (optim.RMSprop, {"lr": 0.02}),
    "Adam": (optim.Adam, {"lr": 0.1}),
    "AdamW": (optim.AdamW, {"lr": 0.1, "weight_decay": 0.01}),
}
"""The chapter's five, each with a learning rate of a usual size for so small a problem."""
X = ((-1.0,), (0.0,), (1.0,), (2.0,))
SLOPE, INTERCEPT = 2.0, 1.0
LEFT = 0.01
"""Share of the first loss that may be left: all but a hundredth of the way down is done."""
TINY = 1e-12  # in place of a loss of zero, which has no logarithm
GRID = 81


def descend(name: str, settings: Settings) -> tuple[Array, Array]:
    """Return the line's slope and intercept before each step, and the loss there."""
    make, options = OPTIMISERS[name]
    x = chainrule.tensor(X)
    y = SLOPE * x + INTERCEPT
    model, criterion = nn.Linear(1, 1), nn.MSELoss()
    slope, intercept = model.parameters()
    nn.init.zeros_(slope)
    nn.init.zeros_(intercept)
    optimizer = make(model.parameters(), **options | {"lr": options["lr"] * settings.real("scale")})
    path, losses = [], []
    for _ in range(settings.whole("steps") + 1):
        if settings.text("zero_grad") == "yes":
            optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        path.append((slope.item(), intercept.item()))
        losses.append(loss.item())
        optimizer.step()
    return np.array(path), np.array(losses)


def surface() -> Field:
    """Return the loss of every line around the way from the start to the lowest place."""
    slopes, intercepts = np.linspace(-0.5, 3.5, GRID), np.linspace(-0.8, 2.6, GRID)
    errors = (slopes - SLOPE)[None, :, None] * np.ravel(X) + (intercepts - INTERCEPT)[:, None, None]
    losses = (errors**2).mean(axis=2)
    levels = (-2.0, -1.0, -0.5, 0.0, 0.5)
    return Field(slopes, intercepts, np.log10(losses + TINY).clip(-3), "log10 of the loss", levels)


def run(settings: Settings) -> Result:
    """Fit a line with each optimiser, by the same five lines of code, and follow the way down."""
    runs = {name: descend(name, settings) for name in OPTIMISERS}
    left = {name: float(losses[-1] / losses[0]) for name, (_, losses) in runs.items()}
    slow = [name for name, share in left.items() if not share <= LEFT]
    steps = settings.whole("steps")
    reason = (
        f"after {steps} steps the share of the loss that is left is "
        + ", ".join(f"{share:.1g} ({name})" for name, share in left.items())
        + f"; arrived at {LEFT:g}: {'not ' + ', '.join(slow) if slow else 'all five'}"
    )
    paths = [Line(path[:, 0].clip(-0.5, 3.5), path[:, 1].clip(-0.8, 2.6), name)
             for name, (path, _) in runs.items()]  # fmt: skip
    curves = [
        Line(range(steps + 1), np.maximum(losses, TINY), name) for name, (_, losses) in runs.items()
    ]
    rows = [(name, *path[-1].tolist(), float(losses[-1])) for name, (path, losses) in runs.items()]
    return Result(
        verdicts={"S40": verdict(not slow, reason)},
        numbers={f"share of the loss left, {name}": share for name, share in left.items()},
        tables=[Table("At the end", ("optimiser", "slope", "intercept", "loss"), rows)],
        panels=[
            Panel("Ways down", "slope", "intercept", [surface(), *paths]),
            Panel("Loss by step", "step", "mean squared error", curves, yscale="log"),
        ],
    )


LAB = Lab(
    name="optimisers",
    section="9.5",
    question="Which ways do five optimisers take down the same valley?",
    covers=("S40",),
    run=run,
    parameters=(
        Whole("steps", 100, 1, 2000, "of each optimiser"),
        Real("scale", 1.0, 0.001, 10, "by which all learning rates are multiplied"),
        Choice("zero_grad", "yes", ("yes", "no"), "whether old gradients are forgotten each step"),
    ),
    rigged={"S40": {"zero_grad": "no"}},
)
