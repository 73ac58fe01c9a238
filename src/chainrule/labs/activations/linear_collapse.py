"""Linear layers one after the other are one linear layer."""

from typing import Any

import numpy as np

import chainrule
from chainrule import nn
from chainrule.array_types import Array
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.labs.statistics import estimate
from chainrule.nn.feedforward import activation_module

EXAMPLE: dict[str, Any] = {
    "0.weight": [[1.0, 2.0], [3.0, 4.0]],
    "0.bias": [1.0, 1.0],
    "2.weight": [[0.5, -0.5], [0.5, 0.5]],
    "2.bias": [0.0, 0.0],
}
INPUT, EXPECTED = [[1.0, 2.0]], [-3.0, 9.0]
"""The chapter's two layers, and what both they and the one layer make of (1, 2)."""
EQUAL = 1e-9  # of float64 products in another order
WIDTH, SAMPLES = 8, 200


def collapsed(model: nn.Sequential) -> nn.Linear:
    """Return one layer with the product of the weights: W = ... W2 W1, b = ... W2 b1 + b2."""
    layers = [module for module in model if isinstance(module, nn.Linear)]
    weight = np.eye(layers[0].in_features)
    bias = np.zeros(layers[0].in_features)
    for layer in layers:
        state = layer.state_dict()
        weight, bias = (
            state["weight"].array @ weight,
            state["weight"].array @ bias + state["bias"].array,
        )
    one = nn.Linear(layers[0].in_features, layers[-1].out_features).double()
    one.load_state_dict({"weight": chainrule.tensor(weight), "bias": chainrule.tensor(bias)})
    return one


def stack(depth: int, width: int, between: str) -> nn.Sequential:
    """Return so many linear layers, with an activation, or nothing, after each but the last."""
    parts: list[nn.Module] = []
    for number in range(depth):
        if number:
            parts.append(nn.Identity() if between == "nothing" else activation_module(between)())
        parts.append(nn.Linear(width, width))
    return nn.Sequential(*parts).double()


def run(settings: Settings) -> Result:
    """Collapse the chapter's two layers, and deeper stacks with random weights."""
    between, depth = settings.text("between"), settings.whole("depth")
    example = stack(2, 2, between)
    tensors = {name: chainrule.tensor(v, dtype=chainrule.float64) for name, v in EXAMPLE.items()}
    example.load_state_dict(tensors)
    x = chainrule.tensor(INPUT, dtype=chainrule.float64)
    pair = [model(x).detach().array[0].tolist() for model in (example, collapsed(example))]
    draw = np.random.default_rng(settings.seed)
    points = chainrule.from_numpy(draw.standard_normal((SAMPLES, WIDTH)))
    gaps = []
    for _ in range(settings.whole("repeats")):
        model = stack(depth, WIDTH, between)
        outputs = [m(points).detach().array for m in (model, collapsed(model))]
        gaps.append(float(np.abs(outputs[0] - outputs[1]).max() / np.abs(outputs[0]).max()))
    line = chainrule.from_numpy(np.linspace(-2, 2, 201)[:, None] * np.ones((1, WIDTH)))
    deep = stack(depth, WIDTH, between)
    shown: list[Array] = [m(line).detach().array[:, 0] for m in (deep, collapsed(deep))]
    places = line.array[:, 0]
    return Result(
        verdicts={
            "S09": verdict(
                all(np.allclose(said, EXPECTED) for said in pair),
                f"two layers give {np.round(pair[0], 4).tolist()}, the one layer "
                f"{np.round(pair[1], 4).tolist()}; the chapter has {EXPECTED} for both",
            ),
            "Q03": verdict(
                max(gaps) < EQUAL,
                f"{depth} layers with {between} between differ from the one layer by at most "
                f"{max(gaps):.1e} of the largest output (equal below {EQUAL:g})",
            ),
        },
        numbers={"largest relative difference": estimate(gaps).mean},
        tables=[
            Table("The chapter's layers", ("", "y1", "y2"), [("two", *pair[0]), ("one", *pair[1])])
        ],
        panels=[
            Panel(
                f"{depth} layers, {between} between",
                "place along a line of inputs",
                "first output",
                [
                    Line(places, shown[0], "all layers"),
                    Line(places, shown[1], "one", is_dashed=True),
                ],
            )
        ],
    )


LAB = Lab(
    name="linear-collapse",
    section="9.2",
    question="What do two linear layers compute that one cannot?",
    covers=("S09", "Q03"),
    run=run,
    parameters=(
        Choice("between", "nothing", ("nothing", "relu", "tanh", "sigmoid"), "after each layer"),
        Whole("depth", 5, 2, 30, "layers in the random stacks"),
        Whole("repeats", 10, 2, 200, "random stacks"),
    ),
    rigged={"S09": {"between": "tanh"}, "Q03": {"between": "relu"}},
)
