"""Split: a data set ready for training, with all that a model made from it must remember."""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.autograd.graph import wrap
from chainrule.data.csv_file import Task
from chainrule.data.dataset import ConvertedDataset, TensorDataset
from chainrule.data.preprocessing import Preprocessing
from chainrule.errors import InvalidArgument

TEST_FRACTION = 0.2


@dataclass(frozen=True, eq=False)
class Split:
    """Samples to learn from and samples to be tested on.

    Attributes:
        name: Of the data set.
        task: "classification" or "regression".
        x_train, x_test: float32, shape (samples, *feature_shape), already preprocessed.
        y_train, y_test: int64 class numbers, shape (samples,), or float32 targets, (samples, 1).
            Memory-mapped arrays may be of other dtypes: ``train`` and ``test`` convert what they
            read.
        class_names: What the class numbers stand for; empty for regression.
        preprocessing: What was done to the raw samples.
    """

    name: str
    task: Task
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    class_names: tuple[str, ...]
    preprocessing: Preprocessing

    @property
    def feature_shape(self) -> Shape:
        """Shape of one sample."""
        return self.preprocessing.feature_shape

    @property
    def train(self) -> TensorDataset:
        """The samples to learn from, as tensors of the same memory."""
        return self._pairs(self.x_train, self.y_train)

    @property
    def test(self) -> TensorDataset:
        """The samples to be tested on, as tensors of the same memory."""
        return self._pairs(self.x_test, self.y_test)

    def _pairs(self, samples: Array, targets: Array) -> TensorDataset:
        target_dtype = np.dtype(np.int64 if self.task == "classification" else np.float32)
        dtypes = [np.dtype(np.float32), target_dtype]
        return ConvertedDataset(wrap(samples), wrap(targets), dtypes=dtypes)


def split_indices(
    labels: Array, task: Task, test_fraction: float = TEST_FRACTION, seed: int = 0
) -> tuple[Array, Array]:
    """Deal sample numbers into train and test, each class in nearly the same proportion.

    Args:
        labels: Class numbers or targets; only their number matters for regression.
        task: "classification" or "regression".
        test_fraction: Between 0 and 1. Of a class of two or more at least one goes to each side.
        seed: Of the shuffle.

    Returns:
        Sample numbers for training and for testing, each in a random order.

    Raises:
        InvalidArgument: if the fraction is not between 0 and 1, or there are too few samples.

    >>> train, test = split_indices(np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]), "classification")
    >>> len(train), len(test)
    (8, 2)
    """
    if not 0 < test_fraction < 1:
        raise InvalidArgument(f"test_fraction must lie between 0 and 1, got {test_fraction}.")
    if seed < 0:
        raise InvalidArgument(f"seed must be at least 0, got {seed}.")
    generator = np.random.default_rng(seed)
    groups = [np.arange(len(labels))]
    if task == "classification":
        groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    train: list[Array] = []
    test: list[Array] = []
    for group in groups:
        count = round(len(group) * test_fraction)
        count = min(max(count, 1), len(group) - 1)
        order = generator.permutation(group)
        test.append(order[:count])
        train.append(order[count:])
    if sum(map(len, test)) == 0:
        raise InvalidArgument(
            f"{len(labels)} samples are too few to set some aside for testing: at least one class "
            "needs two."
        )
    return generator.permutation(np.concatenate(train)), generator.permutation(np.concatenate(test))


def split_samples(
    name: str,
    features: Array,
    labels: Array,
    task: Task,
    class_names: tuple[str, ...],
    preprocessing: Preprocessing,
    seed: int = 0,
) -> Split:
    """Return raw samples preprocessed, a fifth of each class set aside for testing."""
    train, test = split_indices(labels, task, seed=seed)
    scaled = preprocessing.apply(features)
    return Split(
        name=name,
        task=task,
        x_train=scaled[train],
        y_train=labels[train],
        x_test=scaled[test],
        y_test=labels[test],
        class_names=class_names,
        preprocessing=preprocessing,
    )
