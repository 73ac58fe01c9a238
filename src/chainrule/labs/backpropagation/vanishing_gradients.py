"""What becomes of a gradient on its way through many layers."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.labs.statistics import Estimate, estimate
from chainrule.nn.feedforward import feedforward

FADES = 1e-2
KEEPS = 0.1
"""Shares of the last layer's gradient that reach the first: below, it has vanished; above, not."""
SAMPLES = 64
CLASSES = 10


def gradient_norms(activation: str, depth: int, width: int, seed: int) -> list[float]:
    """Return the norm of the weights' gradient in each layer, from the input on."""
    chainrule.manual_seed(seed)
    model = feedforward([width, *[width] * depth, CLASSES], activation)
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    for layer in linear:
        start = nn.init.kaiming_normal_ if activation == "relu" else nn.init.xavier_normal_
        start(layer.weight)
    draw = np.random.default_rng(seed)
    samples = chainrule.from_numpy(draw.standard_normal((SAMPLES, width)).astype(np.float32))
    labels = chainrule.from_numpy(draw.integers(0, CLASSES, SAMPLES))
    nn.CrossEntropyLoss()(model(samples), labels).backward()
    gradients = [layer.weight.grad for layer in linear]
    return [float(np.linalg.norm(gradient.array)) for gradient in gradients if gradient is not None]


def share_reaching_the_first(activation: str, settings: Settings) -> tuple[Estimate, list[float]]:
    """Return the first hidden layer's norm over the last one's, over seeds, and norms by layer."""
    depth, width = settings.whole("depth"), settings.whole("width")
    runs = [
        gradient_norms(activation, depth, width, settings.seed * 1000 + number)
        for number in range(settings.whole("repeats"))
    ]
    shares = [np.log10(max(norms[0], 1e-300) / max(norms[-2], 1e-300)) for norms in runs]
    return estimate(shares), np.median(runs, axis=0).tolist()


def run(settings: Settings) -> Result:
    """Measure the gradient of every layer for sigmoid and another activation."""
    other = settings.text("activation")
    fading, norms_fading = share_reaching_the_first("sigmoid", settings)
    keeping, norms_keeping = share_reaching_the_first(other, settings)
    has_vanished = fading.high < np.log10(FADES)
    is_kept = keeping.low > np.log10(KEEPS)
    layers = list(range(1, len(norms_fading) + 1))
    reason = (
        f"of the last hidden layer's gradient, 10^{fading.mean:.1f} reaches the first with sigmoid "
        f"(vanished below {FADES:g}) and 10^{keeping.mean:.1f} with {other} (kept above {KEEPS:g})"
    )
    rows = [*zip(layers, norms_fading, norms_keeping, strict=True)]
    return Result(
        verdicts={"Q17": verdict(has_vanished and is_kept, reason)},
        numbers={"log10 share, sigmoid": fading.mean, f"log10 share, {other}": keeping.mean},
        tables=[Table("Median norm of the gradient", ("layer", "sigmoid", other), rows)],
        panels=[
            Panel(
                "Gradient by layer",
                "layer, from the input",
                "norm of the gradient",
                [
                    Line(layers, norms_fading, "sigmoid", has_markers=True),
                    Line(layers, norms_keeping, other, has_markers=True),
                ],
                yscale="log",
            )
        ],
    )


LAB = Lab(
    name="vanishing-gradients",
    section="9.4",
    question="Do gradients vanish in deep sigmoid networks, and does ReLU keep them?",
    covers=("Q17",),
    run=run,
    parameters=(
        Choice("activation", "relu", ("relu", "tanh", "leaky_relu", "sigmoid"), "beside sigmoid"),
        Whole("depth", 10, 2, 40, "hidden layers"),
        Whole("width", 64, 4, 512, "units in each"),
        Whole("repeats", 8, 2, 100, "networks for each activation"),
    ),
    rigged={"Q17": {"activation": "sigmoid"}},
)
