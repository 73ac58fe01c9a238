"""Saving and loading: the same numbers, bit for bit, and the mode that predictions need."""

import tempfile
from pathlib import Path

import numpy as np

import chainrule
from chainrule import Tensor, nn, optim
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Real, Settings
from chainrule.labs.plot import Line, Panel, Part, Points
from chainrule.labs.result import Result, Table, verdict

SIZES, SAMPLES, STEPS = (10, 20, 3), 64, 10
TIMES = 20  # that the same sample is predicted


def network(dropout: float) -> nn.Sequential:
    """Return a network that behaves differently while it learns."""
    inputs, hidden, outputs = SIZES
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, outputs)
    )


def trained(dropout: float) -> nn.Sequential:
    """Return a network that has learned a little, so that its weights are its own."""
    model = network(dropout)
    x, labels = chainrule.randn(SAMPLES, SIZES[0]), chainrule.randint(0, SIZES[-1], (SAMPLES,))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    for _ in range(STEPS):
        optimizer.zero_grad()
        nn.CrossEntropyLoss()(model(x), labels).backward()
        optimizer.step()
    return model


def saved_and_loaded(model: nn.Sequential, form: str, dropout: float) -> nn.Sequential:
    """Return a new network with the weights that went through a file in this form."""
    dtype = chainrule.float16 if form == "float16" else chainrule.float32
    state = {name: value.to(dtype) for name, value in model.state_dict().items()}
    loaded = network(dropout)
    with tempfile.TemporaryDirectory() as folder:
        chainrule.save(state, Path(folder) / "model.pth")
        read = chainrule.load(Path(folder) / "model.pth")
    loaded.load_state_dict({name: value.to(chainrule.float32) for name, value in read.items()})
    return loaded


def predictions(model: nn.Sequential, sample: Tensor) -> list[float]:
    """Return the first output for the same sample, asked for again and again."""
    with chainrule.no_grad():
        return [model(sample)[0, 0].item() for _ in range(TIMES)]


def run(settings: Settings) -> Result:
    """Save a network, load it into another, and compare weights bit by bit and predictions."""
    form, dropout = settings.text("form"), settings.real("dropout")
    model = trained(dropout)
    loaded = saved_and_loaded(model, form, dropout)
    pairs = [*zip(model.state_dict().items(), loaded.state_dict().values(), strict=True)]
    before = np.concatenate([value.numpy().ravel() for (_, value), _ in pairs])
    after = np.concatenate([value.numpy().ravel() for _, value in pairs])
    differing = int((before.view(np.uint32) != after.view(np.uint32)).sum())
    sample = chainrule.randn(1, SIZES[0])
    learning = predictions(loaded.train(), sample)
    evaluated, original = predictions(loaded.eval(), sample), predictions(model.eval(), sample)
    is_same = differing == 0 and evaluated == original and len({*evaluated}) == 1
    reason = (
        f"{differing} of {len(before)} numbers differ by any bit after saving as {form}; in eval "
        f"mode the loaded network predicts {'the same as' if evaluated == original else 'not as'} "
        "the saved one"
    )
    rows = [
        (name, str(tuple(one.shape)), int((one.numpy() != other.numpy()).sum()))
        for (name, one), other in pairs
    ]
    spread = float(np.ptp(learning))
    largest = float(np.abs(before - after).max())
    order = list(range(1, TIMES + 1))
    weights: list[Part] = [
        Line([before.min(), before.max()], [0, 0], "equal", is_dashed=True),
        Points(before, (after - before) * 1e6),
    ]
    asked = [
        Line(order, learning, "while learning (dropout)", has_markers=True),
        Line(order, evaluated, "in eval mode", has_markers=True),
    ]
    return Result(
        verdicts={"S43": verdict(is_same, reason)},
        numbers={
            "numbers that differ": differing,
            "largest difference": largest,
            "spread of predictions while learning": spread,
        },
        tables=[Table("Saved and loaded", ("name", "shape", "numbers that differ"), rows)],
        panels=[
            Panel("Through a file", "saved weight", "loaded - saved, in millionths", weights),
            Panel("The same sample, asked again", "time asked", "first output", asked),
        ],
    )


LAB = Lab(
    name="saving",
    section="9.5",
    question="Is a network that was saved and loaded really the same?",
    covers=("S43",),
    run=run,
    parameters=(
        Choice("form", "float32", ("float32", "float16"), "of the numbers in the file"),
        Real("dropout", 0.2, 0, 0.9, "share of hidden units dropped while learning"),
    ),
    rigged={"S43": {"form": "float16"}},
)
