"""Devices: the same code on a GPU if there is one, else on the CPU; and what that is worth."""

from importlib.util import find_spec

import numpy as np

import chainrule
from chainrule import nn, optim
from chainrule.data.toy import moons
from chainrule.engines.selection import check_device
from chainrule.errors import InvalidArgument, MissingPackage
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Settings, Whole
from chainrule.labs.plot import Line, Panel
from chainrule.labs.result import Outcome, Result, Table, Verdict, verdict
from chainrule.nn.feedforward import feedforward

LEAST_FASTER, MOST_FASTER = 10, 100
"""The chapter: a GPU is 10 to 100 times faster for large networks."""
BATCH, STEPS, INPUTS, CLASSES = 128, 6, 64, 10
MOONS, MOON_STEPS, LEARNED = 200, 60, 0.8
"""Steps on two half moons, and the share right that says that it was learned: chance is 0.5."""


def learn_on(choice: str) -> tuple[float | None, str]:
    """Return the share of half moons right after the chapter's code, and where it ran.

    None where the device that was chosen is not there.
    """
    has_gpu = chainrule.cuda.is_available()
    name = {"best": "cuda" if has_gpu else "cpu"}.get(choice, choice)
    points, classes = map(chainrule.from_numpy, moons(MOONS, seed=0))
    model = feedforward([2, 16, 2], "relu")
    try:
        model = model.to(name)
        x, labels = points.to(name), classes.to(name)
    except InvalidArgument:
        return None, name
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    for _ in range(MOON_STEPS):
        optimizer.zero_grad()
        nn.CrossEntropyLoss()(model(x), labels).backward()
        optimizer.step()
    return (model(x).argmax(dim=1) == labels).float().mean().item(), name


def has_gpu_for_training() -> bool:
    """Say whether the engine that hands steps to PyTorch finds a GPU here."""
    try:
        check_device("cuda")
    except (InvalidArgument, MissingPackage):
        return False
    return True


def speed(width: int, device: str, seed: int) -> float:
    """Return how many samples a second are learned from, the faster of two runs."""
    draw = np.random.default_rng(seed)
    samples = draw.standard_normal((BATCH * STEPS, INPUTS)).astype(np.float32)
    labels = draw.integers(0, CLASSES, BATCH * STEPS)
    engine = "torch" if find_spec("torch") else "eager"
    history = chainrule.fit(
        feedforward([INPUTS, width, width, CLASSES], "relu"),
        (samples, labels),
        epochs=3,  # the first pays for the start
        batch_size=BATCH,
        engine=engine,
        device=device,
        seed=seed,
    )
    return max(row.samples_per_second for row in [*history][1:])


def judge_speed(ratio: float | None, against: str, width: int) -> Verdict:
    """Return what is to be said about the chapter's 10 to 100 times."""
    if ratio is None:
        return Verdict(
            Outcome.ONLY_IF,
            "a GPU is present; none was found here, so no GPU was measured, only this CPU",
        )
    return verdict(
        LEAST_FASTER <= ratio <= MOST_FASTER,
        f"with {width} units a layer, the {against.upper()} is {ratio:.3g} times as fast as the "
        f"CPU; claimed for large networks: {LEAST_FASTER} to {MOST_FASTER} times",
    )


def judge_choice(share: float | None, name: str, choice: str) -> Verdict:
    """Return whether the chapter's code learns on the device chosen."""
    if share is None:
        return verdict(False, f"{name} was demanded without asking, and tensors cannot live there")
    return verdict(
        share >= LEARNED,
        f"chosen: {choice}; tensors live on the {name}, the only device they have here, and the "
        f"same code learns two half moons there: {share:.0%} right (learned from {LEARNED:.0%})",
    )


def run(settings: Settings) -> Result:
    """Train where the chapter's code would, and time growing networks on CPU and GPU."""
    choice, against = settings.text("device"), settings.text("against")
    share, name = learn_on(choice)
    largest = settings.whole("width")
    widths = [max(largest // part, 1) for part in (16, 4, 1)]
    speeds = [speed(width, "cpu", settings.seed) for width in widths]
    others: list[float] = []
    if against == "cpu" or has_gpu_for_training():
        where = "cuda" if against == "gpu" else "cpu"
        others = [speed(width, where, settings.seed) for width in widths]
    ratio = others[-1] / speeds[-1] if others else None
    lines = [Line(widths, speeds, "CPU", has_markers=True)]
    if others:
        label = "GPU" if against == "gpu" else "the CPU again"
        lines.append(Line(widths, others, label, has_markers=True))
    found = [str(round(value)) for value in others] or ["not measured"] * len(widths)
    rows = [*zip(widths, [round(value) for value in speeds], found, strict=True)]
    columns = ("units a layer", "CPU", against)
    return Result(
        verdicts={
            "S42": judge_choice(share, name, choice),
            "Q26": judge_speed(ratio, against, widths[-1]),
        },
        numbers={"samples per second on the CPU, largest": speeds[-1]}
        | ({"times as fast": ratio} if ratio is not None else {})
        | ({"share right": share} if share is not None else {}),
        tables=[Table("Samples learned from in a second", columns, rows)],
        panels=[
            Panel(
                "Speed of training" if others else "Speed of training: no GPU was found here",
                "units in each of two hidden layers",
                "samples per second",
                lines,
                xscale="log",
                yscale="log",
            )
        ],
    )


LAB = Lab(
    name="devices",
    section="9.5",
    question="Does the same code run with or without a GPU, and how much faster is one?",
    covers=("S42", "Q26"),
    run=run,
    parameters=(
        Choice("device", "best", ("best", "cpu", "cuda"), "best: a GPU if there is one, else CPU"),
        Choice("against", "gpu", ("gpu", "cpu"), "timed against the CPU; cpu: itself, as a check"),
        Whole("width", 1024, 16, 8192, "units in each hidden layer of the largest network"),
    ),
    rigged={"S42": {"device": "cuda"}, "Q26": {"against": "cpu"}},
)
