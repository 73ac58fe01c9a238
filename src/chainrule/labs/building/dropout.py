"""Dropout: what it does to the gap between what was learned by heart and what is new."""

from dataclasses import dataclass

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
NAMES = ("without", "with dropout")
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


def train(data: Split, dropout: float, noise: float, settings: Settings, seed: int) -> Array:
    """Return the share right of training and test images after each stretch of epochs."""
    chainrule.manual_seed(seed)
    draw = np.random.default_rng(seed)
    chosen = draw.permutation(len(data.x_train))[: settings.whole("images")]
    x, labels = data.x_train[chosen], data.y_train[chosen].copy()
    is_wrong = draw.random(len(labels)) < noise
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


@dataclass(frozen=True)
class Pairs:
    """The same networks without and with dropout, on labels with so much noise.

    Attributes:
        noise: Share of the training labels drawn by lot.
        runs: Without and with dropout; each of shape (runs, epochs, 2), training and test share.
    """

    noise: float
    runs: tuple[Array, Array]

    def gaps(self) -> list[Estimate]:
        """Return training less test share after the last epoch, without and with dropout."""
        return [estimate((run[:, -1, 0] - run[:, -1, 1]).tolist()) for run in self.runs]

    def closed(self) -> Estimate:
        """Return how much smaller the gap is with dropout."""
        without, dropped = ((run[:, -1, 0] - run[:, -1, 1]).tolist() for run in self.runs)
        return difference(without, dropped)

    def gained(self) -> Estimate:
        """Return how much larger the share of test images is with dropout."""
        without, dropped = (run[:, -1, 1].tolist() for run in self.runs)
        return difference(dropped, without)

    def __str__(self) -> str:
        return (
            f"with {self.noise:.0%} of the labels drawn by lot the gap of "
            f"{self.gaps()[0].mean:.3f} is closed by {self.closed()} and test accuracy rises by "
            f"{self.gained()}"
        )


def measure(data: Split, noise: float, settings: Settings) -> Pairs:
    """Train pairs of networks, from the same weights and on the same images."""
    seeds = [settings.seed * 1000 + number for number in range(settings.whole("repeats"))]
    without, dropped = (
        np.array([train(data, share, noise, settings, seed) for seed in seeds])
        for share in (0.0, settings.real("dropout"))
    )
    return Pairs(noise, (without, dropped))


def judge(noisy: Pairs, clean: Pairs) -> Verdict:
    """Return whether dropout closes the gap, with wrong labels and without."""
    reason = f"{noisy}; {clean} (to be closed: {WORTH:g} at least)"
    if noisy.closed().low <= WORTH:
        return verdict(False, reason)
    if clean.closed().low > WORTH:
        return verdict(True, reason)
    return Verdict(Outcome.ONLY_IF, f"there is much to learn by heart: {reason}")


def run(settings: Settings) -> Result:
    """Train the same networks with and without dropout, on wrong labels and on right ones."""
    data = load("digits", seed=settings.seed)
    noisy, clean = (measure(data, noise, settings) for noise in (settings.real("noise"), 0.0))
    epochs = list(range(1, settings.whole("epochs") + 1))
    lines = [
        Line(epochs, run.mean(axis=0)[:, part], f"{kind}, {name}",
             run.min(axis=0)[:, part], run.max(axis=0)[:, part])
        for name, run in zip(NAMES, noisy.runs, strict=True)
        for part, kind in enumerate(("training", "test"))
    ]  # fmt: skip
    kinds = [f"{noisy.noise:.0%} by lot", "all right"]
    gaps = [*zip(noisy.gaps(), clean.gaps(), strict=True)]
    bars = [
        Bars(kinds, [gap.mean for gap in pair], [gap.high - gap.mean for gap in pair], name)
        for name, pair in zip(NAMES, gaps, strict=True)
    ]
    rows = [
        (kind, name, run[:, -1, 0].mean(), run[:, -1, 1].mean(), gap.mean)
        for kind, pairs in zip(kinds, (noisy, clean), strict=True)
        for name, run, gap in zip(NAMES, pairs.runs, pairs.gaps(), strict=True)
    ]
    columns = ("labels", "", "training", "test", "gap")
    return Result(
        verdicts={"Q24": judge(noisy, clean)},
        numbers={
            "gap closed, some labels by lot": noisy.closed().mean,
            "gap closed, all labels right": clean.closed().mean,
            "test accuracy gained, some labels by lot": noisy.gained().mean,
            "test accuracy gained, all labels right": clean.gained().mean,
        },
        tables=[Table("After the last epoch", columns, rows)],
        panels=[
            Panel(f"Labels: {kinds[0]}", "epoch", "share of the images right", lines),
            Panel("Over-fitting", "labels", "gap: training - test, share of images", bars),
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
        Whole("epochs", 40, 1, 200, "passes over them"),
        Whole("repeats", 4, 2, 30, "pairs of networks"),
    ),
    rigged={"Q24": {"dropout": 0.0}},
)
