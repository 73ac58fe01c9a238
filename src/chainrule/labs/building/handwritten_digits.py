"""The chapter's classifier of handwritten digits, trained on as many as there is time for."""

import math

import chainrule
from chainrule import optim
from chainrule.array_types import Array
from chainrule.data import load
from chainrule.data.split import Split
from chainrule.errors import DataNotFound
from chainrule.labs.lab import Lab
from chainrule.labs.parameter import Choice, Real, Settings, Whole
from chainrule.labs.plot import Bars, Line, Panel
from chainrule.labs.result import Outcome, Result, Table, Verdict, verdict
from chainrule.nn.feedforward import feedforward
from chainrule.training import History

HIDDEN, DROPOUT, BATCH, EPOCHS = (256, 128), 0.2, 32, 5
ALL_IMAGES = 60_000
CLAIMED, LEAST = 0.98, 0.975
"""The chapter's "about 98 %", and the least that is rounded to it."""


def least_with(images: int) -> float:
    """Return the test accuracy to be expected from so many images at least.

        1 - (1 - LEAST) √(ALL_IMAGES / images)

    The uncertainty of anything learned from n samples falls as 1 / √n; the chapter's claim for all
    images then says what fewer are good for.
    """
    return 1 - (1 - LEAST) * math.sqrt(ALL_IMAGES / images)


def find_digits(wanted: str) -> Split:
    """Return MNIST where its files are found, else the small digits that are always there."""
    if wanted == "mnist":
        try:
            return load("mnist", download=False)
        except DataNotFound:
            pass
    return load("digits")


def train(data: Split, settings: Settings) -> tuple[History, Array, int]:
    """Return epochs, the predicted class of each test image, and how many images were learned."""
    images = min(settings.whole("images"), len(data.x_train))
    sizes = [data.x_train.shape[1], *HIDDEN, len(data.class_names)]
    model = feedforward(sizes, "relu", DROPOUT)
    history = chainrule.fit(
        model,
        (data.x_train[:images], data.y_train[:images]),
        optimizer=optim.Adam(model.parameters(), lr=settings.real("learning_rate")),
        epochs=settings.whole("epochs"),
        batch_size=BATCH,
        validation=data.test,
        seed=settings.seed,
    )
    with chainrule.no_grad():
        scores = model.eval()(chainrule.from_numpy(data.x_test))
    return history, scores.argmax(dim=1).numpy(), images


def judge(accuracy: float, images: int, name: str) -> Verdict:
    """Return what a test accuracy after learning from so many images says."""
    least = least_with(images)
    if accuracy < least or (name == "mnist" and images == ALL_IMAGES):
        return verdict(
            accuracy >= least,
            f"{accuracy:.2%} of the test images right after learning from {images} of {name}, "
            f"against {least:.1%}; the chapter has about {CLAIMED:.0%} with {ALL_IMAGES} of MNIST",
        )
    return Verdict(
        Outcome.ONLY_IF,
        f"all {ALL_IMAGES} images of MNIST are learned from; with {images} of {name} it is "
        f"{accuracy:.2%}, on the way there (at least {least:.1%} with so few)",
    )


def run(settings: Settings) -> Result:
    """Train 784-256-128-10 with dropout and Adam, and test it on images it has never seen."""
    data = find_digits(settings.text("data"))
    history, predicted, images = train(data, settings)
    rows = [*history]
    learned = [row.accuracy or 0.0 for row in rows]
    tested = [row.validation_accuracy or 0.0 for row in rows]
    epochs = [row.epoch for row in rows]
    said = judge(tested[-1], images, data.name)
    digits = range(len(data.class_names))
    right = [float((predicted[data.y_test == digit] == digit).mean()) for digit in digits]
    return Result(
        verdicts={"S45": said, "Q25": said},
        numbers={
            "share of training images right": learned[-1],
            "share of test images right": tested[-1],
        },
        tables=[
            Table(
                f"{images} images of {data.name}",
                ("epoch", "loss", "train accuracy", "test accuracy"),
                [*zip(epochs, [row.loss for row in rows], learned, tested, strict=True)],
            )
        ],
        panels=[
            Panel(
                f"{images} images of {data.name}",
                "epoch",
                "share right",
                [
                    Line(epochs, learned, "training images, with dropout", has_markers=True),
                    Line(epochs, tested, "test images", has_markers=True),
                    Line(epochs, [CLAIMED] * len(epochs), "claimed for 60,000", is_dashed=True),
                ],
            ),
            Panel(
                "Which digits are mistaken?",
                "digit",
                "share of its test images mistaken, %",
                [Bars(data.class_names, [100 * (1 - share) for share in right])],
            ),
        ],
    )


LAB = Lab(
    name="handwritten-digits",
    section="9.5",
    question="How many handwritten digits does the chapter's network read rightly?",
    covers=("S45", "Q25"),
    run=run,
    parameters=(
        Whole("images", 5000, 500, ALL_IMAGES, "to learn from; 60000 for the chapter's figure"),
        Whole("epochs", EPOCHS, 1, 20, "passes over the images"),
        Real("learning_rate", 0.001, 1e-7, 0.1, "of Adam"),
        Choice("data", "mnist", ("mnist", "digits"), "digits where MNIST's files are not found"),
    ),
    rigged={"S45": {"learning_rate": 1e-6}, "Q25": {"learning_rate": 1e-6}},
)
