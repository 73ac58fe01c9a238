"""The chapter's activations and their derivatives, value by value."""

from collections.abc import Callable
from typing import Any

import numpy as np

import chainrule
from chainrule import nn
from chainrule.array_types import Array
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn import functional

Function = Callable[[Any], Any]
LEAK = 0.01  # the chapter's slope of LeakyReLU below zero
ROUNDING = 1e-12
ALSO = {
    "S12": ", and tanh(x) is 2 sigmoid(2x) - 1 everywhere",
    "S15": f", and PReLU learns the slope {LEAK} from samples of LeakyReLU",
}
"""What else is found where nothing is wrong."""


def leaky(x: Any) -> Any:
    """Return LeakyReLU with the chapter's slope."""
    return functional.leaky_relu(x, LEAK)


def gelu_by_tanh(x: Any) -> Any:
    """Return GELU in the form with tanh."""
    return functional.gelu(x, approximate="tanh")


VALUES: dict[str, list[tuple[str, Function, tuple[float, ...], tuple[float, ...], int]]] = {
    "S12": [("tanh", functional.tanh, (0.0, 1.0), (0.0, 0.7616), 4)],
    "S13": [("ReLU", functional.relu, (-2.0, 0.0, 3.0), (0.0, 0.0, 3.0), 4)],
    "S15": [
        ("LeakyReLU", leaky, (-3.0, 2.0), (-0.03, 2.0), 4),
        ("PReLU", nn.PReLU().double(), (-2.0, 3.0), (-0.5, 3.0), 4),
        ("ELU", functional.elu, (-3.0, -1.0, -0.5), (-0.950, -0.632, -0.393), 3),
    ],
    "S17": [
        ("GELU", functional.gelu, (-1.0, 1.0, 2.0), (-0.1587, 0.8413, 1.9545), 4),
        ("GELU by tanh", gelu_by_tanh, (-1.0, 1.0, 2.0), (-0.159, 0.841, 1.955), 3),
        ("SiLU", functional.silu, (-1.0, 1.0, 2.0), (-0.269, 0.731, 1.762), 3),
    ],
}
"""For each system: name, function, places, the chapter's values, and its decimals. Its 1.955 for
GELU at 2 is that of the form with tanh, 1.9546; exactly, by x times the normal distribution's share
below x, it is 1.9545. PReLU begins with the slope 1/4, which is then learned."""
SLOPES: dict[str, list[tuple[str, Function, tuple[float, ...], tuple[float, ...], int]]] = {
    "S12": [("tanh'", functional.tanh, (0.0, 1.0, -1.0, 3.0), (1.0, 0.4200, 0.4200, 0.0099), 4)],
    "S13": [("ReLU'", functional.relu, (-2.0, 0.0, 3.0), (0.0, 0.0, 1.0), 4)],
    "S15": [],
    "S17": [],
}
"""The same of derivatives."""
SHOWN = {"tanh": functional.tanh, "ReLU": functional.relu, "ELU": functional.elu,
         "GELU": functional.gelu, "SiLU": functional.silu}  # fmt: skip


def computed(function: Function, places: Array, factor: float) -> tuple[Array, Array]:
    """Return values and derivatives of x -> function(factor x)."""
    x = chainrule.from_numpy(np.array(places, dtype=np.float64)).requires_grad_()
    y = function(x * factor)
    y.sum().backward()
    assert x.grad is not None  # noqa: S101 - just computed
    return y.detach().array, x.grad.array


def from_sigmoid(places: Array, factor: float) -> float:
    """Return how far tanh(x) is from 2 sigmoid(2x) - 1, at most."""
    values = computed(functional.tanh, places, factor)[0]
    built = 2 * computed(functional.sigmoid, 2 * places, 1.0)[0] - 1
    return float(np.abs(values - built).max())


def learned_slope(factor: float) -> float:
    """Return the slope that PReLU learns from samples of LeakyReLU."""
    model = nn.PReLU().double()
    x = chainrule.from_numpy(np.linspace(-2, 2, 81))
    wanted = leaky(x)
    optimizer = chainrule.optim.SGD(model.parameters(), lr=0.2)
    for _ in range(50):
        optimizer.zero_grad()
        nn.MSELoss()(model(x * factor), wanted).backward()
        optimizer.step()
    return model.weight.item()


def run(settings: Settings) -> Result:
    """Compute every value and derivative that the chapter states."""
    factor = settings.real("steepness")
    rows: list[tuple[str, float, float, float]] = []
    wrong: dict[str, list[str]] = {system: [] for system in VALUES}
    for which, table in enumerate((VALUES, SLOPES)):
        for system, entries in table.items():
            for name, function, places, expected, decimals in entries:
                found = computed(function, np.array(places), factor)[which]
                for place, value, wanted in zip(places, found.tolist(), expected, strict=True):
                    rows.append((name, place, value, wanted))
                    if abs(value - wanted) > 0.5001 * 10**-decimals:
                        wrong[system].append(f"{name}({place:g}) = {value:.4f}, not {wanted}")
    grid = np.linspace(-4, 4, 401)
    if (off := from_sigmoid(grid, factor)) > ROUNDING:
        wrong["S12"].append(f"tanh(x) differs from 2 sigmoid(2x) - 1 by up to {off:.2g}")
    if abs((slope := learned_slope(factor)) - LEAK) > 0.001:
        wrong["S15"].append(f"PReLU learns the slope {slope:.4f} from one of {LEAK}")
    drawn = {name: computed(function, grid, factor) for name, function in SHOWN.items()}
    counts = {s: sum(len(e[2]) for e in (*VALUES[s], *SLOPES[s])) for s in VALUES}
    return Result(
        verdicts={
            system: verdict(
                not found,
                "; ".join(found) or f"all {counts[system]} figures come out{ALSO.get(system, '')}",
            )
            for system, found in wrong.items()
        },
        tables=[Table("Values", ("function", "x", "here", "chapter"), rows)],
        panels=[
            Panel(title, "x", label, [Line(grid, v[which], name) for name, v in drawn.items()])
            for which, (title, label) in enumerate(
                (("Activations", "value"), ("Their derivatives", "slope"))
            )
        ],
    )


LAB = Lab(
    name="activation-values",
    section="9.2",
    question="What are the values and slopes of tanh, ReLU, ELU, GELU and SiLU?",
    covers=("S12", "S13", "S15", "S17"),
    run=run,
    parameters=(Real("steepness", 1.0, 0.01, 20, "factor of x"),),
    rigged={system: {"steepness": 2.0} for system in ("S12", "S13", "S15", "S17")},
)
