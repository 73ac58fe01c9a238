"""Adam as it comes against SGD, and how weight decay pulls in Adam and in AdamW."""

import math

import numpy as np

import chainrule
from chainrule import nn, optim
from chainrule.array_types import Array
from chainrule.data import load
from chainrule.data.split import Split
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Real, Settings, Whole
from chainrule.labs.plot import Bars, Panel, Points
from chainrule.labs.result import Outcome, Result, Table, Verdict, verdict
from chainrule.labs.statistics import Estimate, difference, estimate
from chainrule.nn.feedforward import feedforward

DATA, HIDDEN, BATCH = ("digits", "moons", "spirals", "blobs"), (32, 32), 32
SGD_RATES = (0.001, 0.01, 0.1, 1.0)
"""Learning rates that SGD is given; the first is its own default."""
BEHIND = 0.03
"""Share right that Adam as it comes may be behind the best of SGD's rates: what somebody might
accept for not having to search."""
PROPER = 0.99
"""Least correlation of pull and weight that counts as pulling in proportion to the weight."""
DECAYED = {"AdamW": optim.AdamW, "L2 in Adam": optim.Adam}
WARM_UP = 20  # steps before the one in which decay is looked at
SHOWN = 300  # weights in the picture


def network(data: Split, seed: int) -> nn.Sequential:
    """Return the same network for the same seed."""
    chainrule.manual_seed(seed)
    return feedforward([data.x_train.shape[1], *HIDDEN, len(data.class_names)], "relu")


def train(
    model: nn.Module, data: Split, optimizer: optim.Optimizer, steps: int, seed: int
) -> float:
    """Return the share of test samples right after so many steps, in whole epochs."""
    epochs = math.ceil(steps / math.ceil(len(data.x_train) / BATCH))
    chainrule.fit(
        model, data.train, optimizer=optimizer, epochs=epochs, batch_size=BATCH, engine="eager",
        seed=seed,
    )  # fmt: skip
    with chainrule.no_grad():
        predicted = model(chainrule.from_numpy(data.x_test)).argmax(dim=1).numpy()
    return float((predicted == data.y_test).mean())


def accuracies(name: str, settings: Settings) -> Array:
    """Return Adam's accuracies and those of every rate of SGD, shape (runs, 1 + rates)."""
    rows = []
    for number in range(settings.whole("repeats")):
        seed = settings.seed * 1000 + number
        data, row = load(name, seed=seed), []
        for lr in (None, *SGD_RATES):
            model = network(data, seed)
            optimizer = (
                optim.Adam(model.parameters(), lr=settings.real("learning_rate"))
                if lr is None
                else optim.SGD(model.parameters(), lr=lr)
            )
            row.append(train(model, data, optimizer, settings.whole("steps"), seed))
        rows.append(row)
    return np.array(rows)


def weights_after(data: Split, kind: str, decay: float | None, seed: int) -> Array:
    """Return all weights after steps without decay, and one more with it unless it is None."""
    model = network(data, seed)
    optimizer = DECAYED[kind](model.parameters(), weight_decay=0.0)
    x, labels = chainrule.from_numpy(data.x_train), chainrule.from_numpy(data.y_train)
    for step in range(WARM_UP + (decay is not None)):
        if step == WARM_UP:
            optimizer.param_groups[0]["weight_decay"] = decay
        optimizer.zero_grad()
        nn.CrossEntropyLoss()(model(x), labels).backward()
        optimizer.step()
    return flat_weights(model)


def flat_weights(model: nn.Module) -> Array:
    """Return all numbers of a model in a row."""
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])


def decayed(kind: str, settings: Settings) -> Array:
    """Return the norm of the weights and the test accuracy with decay, shape (runs, 2)."""
    rows = []
    for number in range(settings.whole("repeats")):
        seed = settings.seed * 1000 + number
        data = load("digits", seed=seed)
        model = network(data, seed)
        optimizer = DECAYED[kind](model.parameters(), weight_decay=settings.real("weight_decay"))
        share = train(model, data, optimizer, settings.whole("steps"), seed)
        rows.append((float(np.linalg.norm(flat_weights(model))), share))
    return np.array(rows)


def pulls(settings: Settings) -> tuple[Array, list[Array]]:
    """Return weights, and how far one step's decay pulls each: in AdamW, and as L2 in Adam."""
    data, seed, decay = (
        load("digits", seed=settings.seed),
        settings.seed,
        settings.real("weight_decay"),
    )
    free = weights_after(data, "AdamW", 0.0, seed)
    before = weights_after(data, "AdamW", None, seed)
    return before, [free - weights_after(data, kind, decay, seed) for kind in DECAYED]


def judge(ahead: Estimate, behind: Estimate, fits: list[float], gained: Estimate) -> Verdict:
    """Return whether Adam is good as it comes, and AdamW's decay the proper one.

    Args:
        ahead: Of SGD as it comes.
        behind: Of SGD with the best rate for each data set; negative where Adam is worse.
        fits: Correlation of pull and weight in AdamW and as L2 in Adam.
        gained: Accuracy by AdamW over L2 in Adam.
    """
    reason = (
        f"Adam as it comes is {ahead} ahead of SGD as it comes, and {behind} ahead of SGD with the "
        f"best of {len(SGD_RATES)} rates for each data set (at least {-BEHIND:g}); decay pulls "
        f"weights in proportion to themselves with correlation {fits[0]:.3f} in AdamW and "
        f"{fits[1]:.3f} as L2 in Adam (proper: {PROPER:g}); AdamW gains {gained}"
    )
    if not (ahead.low > 0 and fits[0] >= PROPER > fits[1]):
        return verdict(False, reason)
    if behind.low > -BEHIND:
        return verdict(True, reason)
    return Verdict(Outcome.ONLY_IF, f"nobody searches for SGD's learning rate: {reason}")


def run(settings: Settings) -> Result:
    """Train with Adam as it comes and with SGD, and look at the pull of decay on each weight."""
    shares = {name: accuracies(name, settings) for name in DATA}
    adam = np.concatenate([runs[:, 0] for runs in shares.values()]).tolist()
    plain = np.concatenate([runs[:, 1] for runs in shares.values()]).tolist()
    best = np.concatenate(
        [runs[:, 1 + runs[:, 1:].mean(axis=0).argmax()] for runs in shares.values()]
    )
    ahead, behind = difference(adam, plain), difference(adam, best.tolist())
    before, pulled = pulls(settings)
    fits = [float(np.corrcoef(before, pull)[0, 1]) for pull in pulled]
    ends = [decayed(kind, settings) for kind in DECAYED]
    gained = difference(ends[0][:, 1].tolist(), ends[1][:, 1].tolist())
    said = judge(ahead, behind, fits, gained)
    labels = ["Adam", *(f"SGD {rate:g}" for rate in SGD_RATES)]
    means = {
        name: [estimate(column.tolist()).mean for column in runs.T] for name, runs in shares.items()
    }
    bars = [
        Bars(DATA, [100 * (1 - means[name][i]) for name in DATA], label=label)
        for i, label in enumerate(labels)
    ]
    shown = slice(None, None, max(1, len(before) // SHOWN))
    points = Points(
        np.tile(before[shown], 2),
        np.concatenate([pull[shown] / np.std(pull) for pull in reversed(pulled)]),
        np.repeat([0, 1], len(before[shown])),
        tuple(reversed(DECAYED)),
    )
    norms = [float(end[:, 0].mean()) for end in ends]
    return Result(
        verdicts={"Q23": said},
        numbers={
            "Adam ahead of SGD's default": ahead.mean,
            "Adam ahead of SGD's best": behind.mean,
            "correlation of pull and weight, AdamW": fits[0],
            "correlation of pull and weight, L2 in Adam": fits[1],
            "norm of the weights, AdamW": norms[0],
            "norm of the weights, L2 in Adam": norms[1],
            "accuracy gained by AdamW": gained.mean,
        },
        tables=[
            Table("Share of test samples right", ("data", *labels), [(n, *means[n]) for n in DATA])
        ],
        panels=[
            Panel("Adam as it comes, SGD with four rates", "", "test samples mistaken, %", bars),
            Panel("One step's decay", "weight", "pull / its standard deviation", [points]),
        ],
    )


LAB = Lab(
    name="adam",
    section="9.5",
    question="Does Adam work as it comes, and is weight decay better in AdamW?",
    covers=("Q23",),
    run=run,
    parameters=(
        Real("learning_rate", 0.001, 1e-7, 1, "of Adam; 0.001 is as it comes"),
        Real("weight_decay", 0.01, 1e-4, 1, "of AdamW, and of L2 in Adam"),
        Whole("steps", 300, 10, 5000, "of each training, in whole epochs"),
        Whole("repeats", 2, 2, 20, "networks for each data set"),
    ),
    rigged={"Q23": {"learning_rate": 1e-6}},
)
