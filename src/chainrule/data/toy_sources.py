"""The made-up problems of ``toy.py`` as data sets that can be loaded by name."""

import inspect
from collections.abc import Callable

from chainrule.data.csv_file import Task
from chainrule.data.files import PathLike
from chainrule.data.preprocessing import Preprocessing
from chainrule.data.source import DataSource
from chainrule.data.split import Split, split_samples
from chainrule.data.toy import Samples, blobs, moons, ring, sine, spirals, xor
from chainrule.errors import InvalidArgument


def toy_source(name: str, problem: Callable[..., Samples], task: Task, classes: int) -> DataSource:
    """Return the data set of a made-up problem, a fifth of it set aside for testing.

    Args:
        name: As typed in commands.
        problem: A function of ``toy.py``; its parameters are the options.
        task: "classification" or "regression".
        classes: How many there are unless an option changes it; 0 for regression.
    """
    options_known = inspect.signature(problem).parameters

    def load(*, data_dir: PathLike | None = None, seed: int = 0, **options: float) -> Split:
        """Return the problem's samples, unscaled."""
        del data_dir
        for option in options:
            if option not in options_known:
                raise InvalidArgument(
                    f"The data set {name} has no option {option!r}: it has "
                    f"{', '.join(options_known)}."
                )
        features, labels = problem(**options, seed=seed)
        count = int(labels.max()) + 1 if task == "classification" else 0
        names = tuple(str(number) for number in range(count))
        preprocessing = Preprocessing(features.shape[1:])
        return split_samples(name, features, labels, task, names, preprocessing, seed)

    sentence = (problem.__doc__ or "").splitlines()[0].removeprefix("Return ").rstrip(".")
    names = tuple(str(number) for number in range(classes))
    return DataSource(name, sentence, task, names, load, "made up from a seed", "none needed")


XOR = toy_source("xor", xor, "classification", 2)
RING = toy_source("ring", ring, "classification", 2)
MOONS = toy_source("moons", moons, "classification", 2)
SPIRALS = toy_source("spirals", spirals, "classification", 3)
BLOBS = toy_source("blobs", blobs, "classification", 3)
SINE = toy_source("sine", sine, "regression", 0)
