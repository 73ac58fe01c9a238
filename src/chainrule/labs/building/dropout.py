"""Dropout: what it does to the gap between what was learned by heart and what is new."""

import numpy as np

import chainrule
from chainrule import nn
from chainrule.array_types import Array
from chainrule.data import load
from chainrule.data.split import Split
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Bars, Line, Panel
from chainrule.labs.result import Outcome, Result, Table, Verdict, verdict
from chainrule.labs.statistics import Estimate, difference, estimate
from chainrule.nn.feedforward import feedforward
from chainrule.training import LambdaCallback

HIDDEN = (128, 128)
WORTH = 0.01
"""Gap that dropout must close at least, as a share of images: less would hardly be noticed."""


def accuracies(model: nn.Module, *pairs: tuple[Array, Array]) -> list[float]:
    """Return the share right of each set of samples, with dropout switched off."""
    model.eval()
    with chainrule.no_grad():
        found = [
            float((model(chainrule.from_numpy(x)).argmax(dim=1).numpy() == y).mean())
            for x, y in pairs
        ]
    model.train()
    return found


def train(data: Split, dropout: float, settings: Settings, seed: int) -> Array:
    """Return the share right of training and test images after each stretch of epochs."""
    chainrule.manual_seed(seed)
    draw = np.random.default_rng(seed)
    chosen = draw.permutation(len(data.x_train))[: settings.whole("images")]
    x, labels = data.x_train[chosen], data.y_train[chosen].copy()
    is_wrong = draw.random(len(labels)) < settings.real("noise")
    labels[is_wrong] = draw.integers(0, len(data.class_names), int(is_wrong.sum()))
    model = feedforward([x.shape[1], *HIDDEN, len(data.class_names)], "relu", dropout)
    rows: list[list[float]] = []

    watch = LambdaCallback(
        lambda *_: rows.append(accuracies(model, (x, labels), (data.x_test, data.y_test)))
    )
    chainrule.fit(
        model,
        (x, labels),
        lr=settings.real("learning_rate"),
        epochs=settings.whole("epochs"),
        engine="eager",
        callbacks=[watch],
        seed=seed,
    )
    return np.array(rows)


def judge(gap: Estimate, closed: Estimate, reason: str) -> Verdict:
    """Return whether dropout closes the gap, if there is any without it."""
    if gap.low <= WORTH:
        return Verdict(Outcome.ONLY_IF, f"there is over-fitting, and here is none: {reason}")
    return verdict(closed.low > WORTH, reason)


def run(settings: Settings) -> Result:
    """Train the same networks with and without dropout, and compare the gaps."""
    data = load("digits", seed=settings.seed)
    repeats, dropout = settings.whole("repeats"), settings.real("dropout")
    runs = {
        name: np.array(
            [train(data, share, settings, settings.seed * 1000 + n) for n in range(repeats)]
        )
        for name, share in (("without", 0.0), ("with dropout", dropout))
    }
    gaps = {name: (run[:, -1, 0] - run[:, -1, 1]).tolist() for name, run in runs.items()}
    closed = difference(gaps["without"], gaps["with dropout"])
    tests = {name: run[:, -1, 1].tolist() for name, run in runs.items()}
    gained = difference(tests["with dropout"], tests["without"])
    reason = (
        f"dropout of {dropout:g} closes the gap between training and test images by "
        f"{closed} of all images (at least {WORTH:g} is asked for), from "
        f"{estimate(gaps['without']).mean:.3f} without it; test accuracy changes by {gained}"
    )
    epochs = list(range(1, settings.whole("epochs") + 1))
    lines = [
        Line(epochs, run.mean(axis=0)[:, part], f"{kind}, {name}",
             run.min(axis=0)[:, part], run.max(axis=0)[:, part])
        for name, run in runs.items()
        for part, kind in enumerate(("training", "test"))
    ]  # fmt: skip
    found = [estimate(gaps[name]) for name in runs]
    rows = [
        (name, run[:, -1, 0].mean(), run[:, -1, 1].mean(), gap.mean)
        for (name, run), gap in zip(runs.items(), found, strict=True)
    ]
    return Result(
        verdicts={"Q24": judge(estimate(gaps["without"]), closed, reason)},
        numbers={"gap closed": closed.mean, "test accuracy gained": gained.mean},
        tables=[Table("After the last epoch", ("", "training", "test", "gap"), rows)],
        panels=[
            Panel("Share right", "epoch", "share of the images", lines),
            Panel(
                "Over-fitting",
                "",
                "gap: training - test, share of images",
                [
                    Bars(
                        [*runs], [gap.mean for gap in found], [gap.high - gap.mean for gap in found]
                    )
                ],
            ),
        ],
    )


LAB = Lab(
    name="dropout",
    section="9.5",
    question="Does dropout keep a network from learning its samples by heart?",
    covers=("Q24",),
    run=run,
    parameters=(
        Real("dropout", 0.5, 0, 0.9, "share of hidden units dropped while learning"),
        Real("noise", 0.2, 0, 1, "share of the training labels drawn by lot"),
        Whole("images", 300, 20, 1400, "to learn from"),
        Real("learning_rate", 0.003, 1e-5, 0.1, "of Adam"),
        Whole("epochs", 50, 1, 200, "passes over them"),
        Whole("repeats", 4, 2, 30, "pairs of networks"),
    ),
    rigged={"Q24": {"dropout": 0.0}},
)
