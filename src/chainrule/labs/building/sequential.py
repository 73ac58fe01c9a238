"""Sequential: layers by position or by name are the same network."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings, Whole
from chainrule.labs.plot import Line, Panel, Points
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn.feedforward import activation_module

SIZES = (10, 20, 3)
POSITIONS, NAMES = ["0", "1", "2"], ["fc1", "act", "fc2"]
"""What the chapter's two ways call the children."""


def by_position() -> nn.Sequential:
    """Return the chapter's network, its layers in a row."""
    inputs, hidden, outputs = SIZES
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def by_name(activation: str) -> nn.Sequential:
    """Return it with its layers added by name."""
    inputs, hidden, outputs = SIZES
    network = nn.Sequential()
    network.add_module("fc1", nn.Linear(inputs, hidden))
    network.add_module("act", activation_module(activation)())
    network.add_module("fc2", nn.Linear(hidden, outputs))
    return network


def run(settings: Settings) -> Result:
    """Build the same network both ways, give both the same weights and compare the outputs."""
    one, other = by_position(), by_name(settings.text("activation"))
    states = zip(other.state_dict(), one.state_dict().values(), strict=True)
    other.load_state_dict(dict(states))
    x = chainrule.randn(settings.whole("samples"), SIZES[0])
    with chainrule.no_grad():
        outputs, twins = one(x).numpy(), other(x).numpy()
    largest = float(np.abs(outputs - twins).max())
    children = [[name for name, _ in network.named_children()] for network in (one, other)]
    is_so = children == [POSITIONS, NAMES] and largest == 0
    reason = (
        f"children {', '.join(children[0])} by position and {', '.join(children[1])} by name; with "
        f"the same weights their outputs differ by at most {largest:.2g} (expected: 0)"
    )
    layers = [repr(module) for _, module in other.named_children()]
    ends = [outputs.min(), outputs.max()]
    classes = np.tile(np.arange(SIZES[-1]), len(outputs))
    names = [f"output {number + 1}" for number in range(SIZES[-1])]
    return Result(
        verdicts={"S38": verdict(is_so, reason)},
        numbers={"largest difference": largest},
        tables=[
            Table(
                "Children",
                ("by position", "by name", "layer"),
                [*zip(*children, layers, strict=True)],
            )
        ],
        panels=[
            Panel(
                "The same network twice",
                "output, layers by position",
                "output, layers by name",
                [
                    Line(ends, ends, "equal", is_dashed=True),
                    Points(outputs.ravel(), twins.ravel(), classes, names),
                ],
            )
        ],
    )


LAB = Lab(
    name="sequential",
    section="9.5",
    question="Does it matter whether layers are put in a row by position or by name?",
    covers=("S38",),
    run=run,
    parameters=(
        Choice("activation", "relu", ("relu", "tanh", "sigmoid"), "of the network built by name"),
        Whole("samples", 50, 1, 1000, "that both networks are given"),
    ),
    rigged={"S38": {"activation": "tanh"}},
)
