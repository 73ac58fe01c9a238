"""The output layer and the loss that belong to a task."""

from dataclasses import dataclass

import numpy as np

import chainrule
from chainrule import nn
from chainrule.array_types import Array
from chainrule.data import blobs, moons, sine
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings, Whole
from chainrule.labs.perceptrons.plane import plane
from chainrule.labs.plot import Bars, Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.nn.feedforward import feedforward

LOGITS, CHANCES = (2.1, 0.5, -1.0), (0.802, 0.162, 0.036)
SCORE, CHANCE = 1.5, 0.818
"""The chapter's scores of three classes and of one, and the probabilities it gives for them."""
PRINTED = 0.0005  # half a unit of the last digit
RIGHT, NEAR = 0.95, 0.01
"""Share of the points right, and mean squared error, at which a task is learned: both are far from
what one gets without learning, one half and one half."""
OUTPUTS: dict[str, type[nn.Module]] = {
    "linear": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
}
FAMILIES = (
    ("layers one after the other", "ReLU, or LeakyReLU where units die"),
    ("convolutions", "ReLU"),
    ("recurrent", "tanh, and sigmoid in gates"),
    ("attention", "GELU, SiLU"),
)
"""The chapter's advice for hidden layers; what is measured of it stands in other labs."""


@dataclass(frozen=True)
class Learned:
    """A network that has learned a task, and the task's samples."""

    model: nn.Sequential
    x: Array
    y: Array

    def say(self, x: Array) -> Array:
        """Return its outputs for inputs."""
        with chainrule.no_grad():
            said: Array = self.model(chainrule.from_numpy(x)).array
        return said


def learn(
    x: Array, y: Array, units: int, last: nn.Module, loss: nn.Module, settings: Settings
) -> Learned:
    """Train a network with this output layer and this loss."""
    hidden = feedforward([x.shape[1], settings.whole("hidden"), units], "tanh")
    model = nn.Sequential(*hidden, last)
    epochs = settings.whole("epochs")
    chainrule.fit(
        model, (x, y), loss=loss, lr=0.02, epochs=epochs, engine="eager", seed=settings.seed
    )
    return Learned(model, x, y)


def run(settings: Settings) -> Result:
    """Compute the chapter's probabilities, and learn one task of each kind."""
    seed, kind = settings.seed, settings.text("regression_output")
    chances = nn.Softmax(dim=-1)(chainrule.tensor(LOGITS)).array
    chance = nn.Sigmoid()(chainrule.tensor(SCORE)).item()
    several = learn(*blobs(150, seed=seed), 3, nn.Identity(), nn.CrossEntropyLoss(), settings)
    x, y = moons(150, seed=seed)
    binary = learn(x, y[:, None].astype(np.float32), 1, nn.Sigmoid(), nn.BCELoss(), settings)
    curve = learn(*sine(150, seed=seed), 1, OUTPUTS[kind](), nn.MSELoss(), settings)
    right = float((several.say(several.x).argmax(axis=1) == several.y).mean())
    right_of_two = float(((binary.say(x) > 0.5) == binary.y).mean())
    error = float(np.square(curve.say(curve.x) - curve.y).mean())
    is_as_printed = (
        float(np.abs(chances - CHANCES).max()) <= PRINTED and abs(chance - CHANCE) <= PRINTED
    )
    is_learned = min(right, right_of_two) >= RIGHT and error <= NEAR
    rows = [
        ("one of several classes", "softmax", "cross-entropy", f"{right:.1%} right"),
        ("one of two classes", "sigmoid", "binary cross-entropy", f"{right_of_two:.1%} right"),
        ("a number", kind, "mean squared error", f"{error:.3g} off"),
    ]
    places = np.linspace(-np.pi, np.pi, 201, dtype=np.float32)
    return Result(
        verdicts={
            "S18": verdict(
                is_as_printed and is_learned,
                f"softmax of {list(LOGITS)} is {[round(float(c), 3) for c in chances]}, sigmoid of "
                f"{SCORE} is {chance:.3f} (chapter: {list(CHANCES)} and {CHANCE}); with their own "
                f"outputs, {right:.1%} of three classes and {right_of_two:.1%} of two are right "
                f"(wanted {RIGHT:.0%}), and with a {kind} output numbers are {error:.2g} off "
                f"(squared; wanted {NEAR})",
            )
        },
        numbers={
            "share right, several classes": right,
            "share right, two classes": right_of_two,
            "squared error, numbers": error,
        },
        tables=[
            Table("Output layers", ("task", "output", "loss", "after learning"), rows),
            Table("Hidden layers, by the chapter's advice", ("network", "activation"), FAMILIES),
        ],
        panels=[
            Panel(
                f"Several classes: softmax of {', '.join(map(str, LOGITS))}",
                "class",
                "probability",
                [Bars(["1", "2", "3"], chances.tolist())],
            ),
            plane(
                "Two classes: sigmoid", lambda points: binary.say(points)[:, 0], x, y, ("a", "b")
            ),
            Panel(
                f"A number: {kind}",
                "x",
                "y",
                [
                    Line(places, np.sin(places), "wanted", is_dashed=True),
                    Line(places, curve.say(places[:, None])[:, 0], f"{kind} output"),
                ],
            ),
        ],
    )


LAB = Lab(
    name="output-layer",
    section="9.2",
    question="Which output layer and which loss belong to a task?",
    covers=("S18",),
    run=run,
    parameters=(
        Choice("regression_output", "linear", (*OUTPUTS,), "where a number is wanted"),
        Whole("hidden", 16, 1, 256, "hidden units"),
        Whole("epochs", 150, 1, 1000, "passes over 150 samples"),
    ),
    rigged={"S18": {"regression_output": "sigmoid"}},
)
