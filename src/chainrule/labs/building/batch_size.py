"""Mini-batches: small ones are noisy, large ones cost more samples; what lies between?"""

import numpy as np

import chainrule
from chainrule import nn, optim
from chainrule.data import load
from chainrule.data.split import Split
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Result, Table, Verdict, verdict
from chainrule.nn.feedforward import feedforward

SIZES = (1, 8, 32, 128, 512)
TYPICAL = (32, 256)
"""The chapter's range of usual sizes."""
NEAR = 1.2
"""How many times as long as the quickest a usual size may take: clocks are no surer than that."""
HIDDEN, DRAWS = 64, 30


def network(data: Split, seed: int) -> nn.Sequential:
    """Return the same network for the same seed."""
    chainrule.manual_seed(seed)
    return feedforward([data.x_train.shape[1], HIDDEN, len(data.class_names)], "relu")


def noise(data: Split, size: int, seed: int) -> float:
    """Return how far a batch's gradient is from that of all samples, in lengths of the latter."""
    model, draw = network(data, seed), np.random.default_rng(seed)
    weights = [*model.parameters()]

    def gradient(chosen: np.ndarray) -> np.ndarray:
        x, labels = chainrule.from_numpy(data.x_train[chosen]), data.y_train[chosen]
        loss = nn.CrossEntropyLoss()(model(x), chainrule.from_numpy(labels))
        parts = chainrule.autograd.grad(loss, weights)
        return np.concatenate([part.numpy().ravel() for part in parts if part is not None])

    everything = gradient(np.arange(len(data.x_train)))
    batches = [draw.choice(len(data.x_train), size, replace=False) for _ in range(DRAWS)]
    far = [np.linalg.norm(gradient(batch) - everything) for batch in batches]
    return float(np.sqrt(np.mean(np.square(far))) / np.linalg.norm(everything))


def learn(data: Split, size: int, settings: Settings, seed: int) -> tuple[float, int]:
    """Return seconds and epochs until enough test samples are right; infinite seconds if never."""
    model = network(data, seed)
    optimizer = optim.Adam(model.parameters(), lr=settings.real("learning_rate"))
    seconds, most = 0.0, settings.whole("epochs")
    for epoch in range(1, most + 1):
        (row,) = chainrule.fit(
            model,
            data.train,
            optimizer=optimizer,
            epochs=1,
            batch_size=size,
            validation=data.test,
            engine="eager",
            seed=seed + epoch,
        )
        seconds += row.seconds
        if (row.validation_accuracy or 0.0) >= settings.real("target"):
            return seconds, epoch
    return float("inf"), most


def judge(seconds: list[float], noises: list[float], target: float) -> Verdict:
    """Return whether usual sizes are quickest, and less noisy than single samples."""
    quickest = min(seconds)
    if not np.isfinite(quickest):
        return verdict(False, f"no size has {target:.0%} of the test samples right in time")
    usual = [i for i, size in enumerate(SIZES) if TYPICAL[0] <= size <= TYPICAL[1]]
    ratio = min(seconds[i] for i in usual) / quickest
    is_calmer = all(noises[i] < noises[0] for i in usual)
    times = ", ".join(f"{t:.2g} s with {size}" for t, size in zip(seconds, SIZES, strict=True))
    return verdict(
        ratio <= NEAR and is_calmer,
        f"to have {target:.0%} of the test samples right takes {times}; the best size from "
        f"{TYPICAL[0]} to {TYPICAL[1]} takes {ratio:.2f} times the quickest (at most {NEAR:g}); a "
        f"gradient's noise is {noises[0]:.2g} times its length with one sample and "
        f"{noises[usual[0]]:.2g} times with {SIZES[usual[0]]}",
    )


def run(settings: Settings) -> Result:
    """Measure, for each size of batch, the noise of its gradient and the time to learn."""
    data, target = load("digits", seed=settings.seed), settings.real("target")
    seeds = [settings.seed * 1000 + 100 * n for n in range(settings.whole("repeats"))]
    noises = [float(np.mean([noise(data, size, seed) for seed in seeds])) for size in SIZES]
    found = [np.array([learn(data, size, settings, seed) for seed in seeds]) for size in SIZES]
    seconds = [float(np.median(runs[:, 0])) for runs in found]
    epochs = [float(np.median(runs[:, 1])) for runs in found]
    fall = [noises[0] / size**0.5 for size in SIZES]
    samples = len(data.x_train)
    steps = [count * np.ceil(samples / size) for count, size in zip(epochs, SIZES, strict=True)]
    columns = ("batch size", "noise / length of the gradient", "epochs", "steps", "seconds")
    rows = [*zip(SIZES, noises, epochs, map(float, steps), seconds, strict=True)]
    return Result(
        verdicts={"Q21": judge(seconds, noises, target)},
        numbers={
            f"{what}, batches of {size}": value
            for what, values in (("noise", noises), ("epochs", epochs), ("seconds", seconds))
            for size, value in zip(SIZES, values, strict=True)
        },
        tables=[Table(f"Until {target:.0%} of the test samples are right", columns, rows)],
        panels=[
            Panel(
                "Noise",
                "batch size",
                "noise / length of the gradient",
                [
                    Line(SIZES, noises, "measured", has_markers=True),
                    Line(SIZES, fall, "1 / square root of the size", is_dashed=True),
                ],
                xscale="log",
                yscale="log",
            ),
            Panel(
                f"Until {target:.0%} of the test samples are right",
                "batch size",
                "seconds; epochs",
                [
                    Line(SIZES, seconds, "seconds", has_markers=True),
                    Line(SIZES, epochs, "epochs", has_markers=True),
                ],
                xscale="log",
                yscale="log",
            ),
        ],
    )


LAB = Lab(
    name="batch-size",
    section="9.5",
    question="How many samples should a step of learning look at?",
    covers=("Q21",),
    run=run,
    parameters=(
        Real("learning_rate", 0.003, 1e-6, 0.1, "of Adam"),
        Real("target", 0.9, 0.2, 0.97, "share of test samples right at which the clock stops"),
        Whole("epochs", 40, 1, 200, "passes at most"),
        Whole("repeats", 2, 1, 20, "networks for each size"),
    ),
    rigged={"Q21": {"learning_rate": 1e-6, "epochs": 2}},
)
