"""Layers: what each makes of a shape."""

import math
from collections.abc import Mapping

import chainrule
from chainrule import Tensor, nn
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Bars, Line, Panel
from chainrule.labs.result import Result, Table, verdict

EXPECTED = {
    "Linear": (4, 5),
    "Conv2d": (4, 16, 32, 32),
    "BatchNorm1d": (100, 20),
    "Dropout": (100, 100),
    "Embedding": (4, 7, 64),
    "Flatten": (4, 3072),
}
"""Shapes that come out: the chapter's for Conv2d and Embedding(1000, 64), else by definition."""
ACTIVATIONS = (nn.ReLU, nn.Sigmoid, nn.Tanh, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU)
NEAR_ZERO = 1e-5  # mean of a normalised feature, by rounding in float32


def layers(settings: Settings) -> Mapping[str, tuple[nn.Module, Tensor]]:
    """Return each layer with samples for it."""
    images = chainrule.randn(4, 3, 32, 32)
    return {
        "Linear": (nn.Linear(10, 5), chainrule.randn(4, 10)),
        "Conv2d": (nn.Conv2d(3, 16, 3, padding=settings.whole("padding")), images),
        "BatchNorm1d": (nn.BatchNorm1d(20), 5 + 3 * chainrule.randn(100, 20)),
        "Dropout": (nn.Dropout(settings.real("dropout")), chainrule.ones(100, 100)),
        "Embedding": (nn.Embedding(1000, 64), chainrule.randint(0, 1000, (4, 7))),
        "Flatten": (nn.Flatten(), images),
    }


def run(settings: Settings) -> Result:
    """Put samples through each layer, and numbers through each activation."""
    chosen = layers(settings)
    with chainrule.no_grad():
        outputs = {name: layer(samples) for name, (layer, samples) in chosen.items()}
    shapes = {name: tuple(output.shape) for name, output in outputs.items()}
    wrong = [name for name, shape in shapes.items() if shape != EXPECTED[name]]
    mean = outputs["BatchNorm1d"].mean(dim=0).abs().max().item()
    dropped = (outputs["Dropout"] == 0).sum().item() / outputs["Dropout"].numel()
    reason = (
        f"Conv2d gives {shapes['Conv2d']}, Embedding {shapes['Embedding']}; other shapes than "
        f"expected: {', '.join(wrong) or 'none'}; batch normalisation leaves a mean of at most "
        f"{mean:.0e}, dropout drops {dropped:.0%}"
    )
    rows = [
        (
            name,
            str(tuple(samples.shape)),
            str(shapes[name]),
            sum(parameter.numel() for parameter in layer.parameters()),
        )
        for name, (layer, samples) in chosen.items()
    ]
    counts = [
        [math.prod(shape[1:]) for shape in found]
        for found in ([samples.shape for _, samples in chosen.values()], shapes.values())
    ]
    short = ["Linear", "Conv", "Norm", "Dropout", "Embed", "Flatten"]
    bars = [
        Bars(short, numbers, label=name)
        for name, numbers in zip(("in", "out"), counts, strict=True)
    ]
    places = chainrule.linspace(-4, 4, 161)
    curves = [Line(places.numpy(), kind()(places).numpy(), kind.__name__) for kind in ACTIVATIONS]
    return Result(
        verdicts={"S44": verdict(not wrong and mean < NEAR_ZERO, reason)},
        numbers={"share dropped": dropped, "largest mean after normalisation": mean},
        tables=[Table("Layers", ("layer", "shape in", "shape out", "parameters"), rows)],
        panels=[
            Panel("Numbers of a sample", "layer", "numbers", bars, yscale="log"),
            Panel("Activations", "x", "y", curves),
        ],
    )


LAB = Lab(
    name="layers",
    section="9.5",
    question="What does each kind of layer make of what it is given?",
    covers=("S44",),
    run=run,
    parameters=(
        Whole("padding", 1, 0, 5, "zeros around the pictures, for Conv2d"),
        Real("dropout", 0.5, 0, 0.99, "share of the numbers that Dropout drops"),
    ),
    rigged={"S44": {"padding": 0}},
)
