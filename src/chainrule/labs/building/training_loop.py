"""The training loop, on labels drawn by lot: what is learned is learned by heart."""

import numpy as np

import chainrule
from chainrule import nn, optim
from chainrule.array_types import Array
from chainrule.data import DataLoader, TensorDataset
from chainrule.data.toy import random_labels
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, verdict
from chainrule.labs.statistics import estimate
from chainrule.nn.feedforward import feedforward

SIZES, SAMPLES, BATCH, EPOCHS = [20, 64, 32, 5], 1000, 32, 5
LOSSES, ACCURACIES = (1.61, 1.46), (0.24, 0.37)
"""The chapter's network, and its figures of the first and the last epoch: of one run."""
NEAR_LOSS, NEAR_ACCURACY = 0.05, 0.05
"""How far one run's figures may be from the mean of ours. Other random numbers give other figures:
the share right among 1000 is uncertain by ± 3 points (95 %) for its samples alone, and by more for
its network."""


def train(settings: Settings, seed: int) -> Array:
    """Return loss and accuracy of every epoch of the chapter's loop, shape (epochs, 2)."""
    chainrule.manual_seed(seed)
    drawn = random_labels(SAMPLES, SIZES[0], SIZES[-1], seed=seed)
    samples = map(chainrule.from_numpy, drawn)
    loader = DataLoader(TensorDataset(*samples), batch_size=BATCH, shuffle=True)
    model, criterion = feedforward(SIZES, "relu"), nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=settings.real("learning_rate"))
    rows = []
    for _ in range(settings.whole("epochs")):
        total, right = 0.0, 0
        for inputs, labels in loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
            right += int((outputs.argmax(dim=1) == labels).sum().item())
        rows.append((total / len(loader), right / SAMPLES))
    return np.array(rows)


def run(settings: Settings) -> Result:
    """Train the chapter's network several times, and compare its first and last epoch."""
    repeats = settings.whole("repeats")
    runs = np.array([train(settings, settings.seed * 1000 + n) for n in range(repeats)])
    ends = runs[:, [0, -1]].mean(axis=0)
    expected = np.transpose([LOSSES, ACCURACIES])
    is_near = bool((np.abs(ends - expected) <= (NEAR_LOSS, NEAR_ACCURACY)).all())
    last = [estimate(runs[:, -1, figure].tolist()) for figure in (0, 1)]
    reason = (
        f"mean of {repeats} runs: loss {ends[0, 0]:.2f} to {ends[1, 0]:.2f}, accuracy "
        f"{ends[0, 1]:.0%} to {ends[1, 1]:.0%}; the chapter's run has {LOSSES[0]} to {LOSSES[1]} "
        f"and {ACCURACIES[0]:.0%} to {ACCURACIES[1]:.0%} (near: ± {NEAR_LOSS}, ± 5 points)"
    )
    epochs = list(range(1, settings.whole("epochs") + 1))
    means, low, high = runs.mean(axis=0), runs.min(axis=0), runs.max(axis=0)
    panels = []
    for figure, (title, printed) in enumerate(
        (("loss in nats", LOSSES), ("share right", ACCURACIES))
    ):
        ours = Line(epochs, means[:, figure], f"mean of {repeats} runs, and their range",
                    low[:, figure], high[:, figure])  # fmt: skip
        chapter = Line((1, EPOCHS), printed, "the chapter's run", is_dashed=True, has_markers=True)
        panels.append(Panel(title.capitalize(), "epoch", title, [ours, chapter]))
    rows = [*zip(epochs, *means.T.tolist(), strict=True)]
    return Result(
        verdicts={"S41": verdict(is_near, reason)},
        numbers={"last loss in nats": last[0].mean, "last share right": last[1].mean},
        tables=[Table("Mean over the runs", ("epoch", "loss", "share right"), rows)],
        panels=panels,
    )


LAB = Lab(
    name="training-loop",
    section="9.5",
    question="What does a training loop do when there is nothing to learn but by heart?",
    covers=("S41",),
    run=run,
    parameters=(
        Real("learning_rate", 0.01, 1e-5, 0.1, "of Adam"),
        Whole("epochs", EPOCHS, 1, 50, "passes over the samples"),
        Whole("repeats", 5, 2, 50, "networks, each with samples of its own"),
    ),
    rigged={"S41": {"learning_rate": 1e-4}},
)
