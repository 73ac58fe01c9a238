"""The works: networks and data on which all libraries are timed, as plain data.

Every work is trained alike: Adam, cross-entropy, float32, training mode, each step on the next
batch of a shuffled data set. The data are random; the classes follow from them by a random linear
rule, so that there is something to learn.
"""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array
from chainrule.benchmarks.layers import (
    Convolution,
    Embedding,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    dense_layers,
)
from chainrule.errors import InvalidArgument

LEARNING_RATE = 0.001
BETAS = (0.9, 0.999)
EPSILON = 1e-8


@dataclass(frozen=True)
class Work:
    """A network and the data it is trained on.

    Attributes:
        name: By which it is asked for.
        layers: Of the network.
        sample_shape: Of one sample.
        num_classes: The network's outputs.
        batch_size: Samples per step.
        num_batches: Steps per epoch.
        num_words: How many words there are, for a network that reads words; else 0.
        size: Position on the axis of a sweep.
    """

    name: str
    layers: tuple[Layer, ...]
    sample_shape: tuple[int, ...]
    num_classes: int
    batch_size: int
    num_batches: int = 256
    num_words: int = 0
    size: int = 0

    @property
    def num_samples(self) -> int:
        """Samples in the data set; every batch is full."""
        return self.batch_size * self.num_batches

    @property
    def hidden_sizes(self) -> tuple[int, ...]:
        """Units of the hidden layers."""
        sizes = [layer.outputs for layer in self.layers if isinstance(layer, Linear)]
        return tuple(sizes[:-1])

    @property
    def has_pictures(self) -> bool:
        """Whether the samples are pictures, channels first."""
        return any(isinstance(layer, Convolution) for layer in self.layers)

    @property
    def is_plain(self) -> bool:
        """Whether the network is fully connected layers with ReLU between, and nothing else."""
        return all(isinstance(layer, (Linear, ReLU)) for layer in self.layers)


def dense(
    sizes: tuple[int, ...],
    batch_size: int = 32,
    *,
    name: str = "",
    dropout: float = 0.0,
    num_batches: int = 256,
    size: int = 0,
) -> Work:
    """Return the work of a feedforward network; its layer sizes are its name by default."""
    return Work(
        name=name or "-".join(map(str, sizes)),
        layers=dense_layers(sizes, dropout),
        sample_shape=sizes[:1],
        num_classes=sizes[-1],
        batch_size=batch_size,
        num_batches=num_batches,
        size=size,
    )


CNN = Work(
    name="cnn",
    layers=(
        *(Convolution(1, 16), ReLU(), MaxPooling()),
        *(Convolution(16, 32), ReLU(), MaxPooling()),
        *(Flatten(), Linear(32 * 7 * 7, 10)),
    ),
    sample_shape=(1, 28, 28),
    num_classes=10,
    batch_size=64,
    num_batches=32,
)
EMBEDDING = Work(
    name="embedding",
    layers=(Embedding(10_000, 64), Flatten(), Linear(32 * 64, 64), ReLU(), Linear(64, 4)),
    sample_shape=(32,),
    num_classes=4,
    batch_size=32,
    num_batches=128,
    num_words=10_000,
)

WORKS = (
    dense((4, 16, 8, 3)),
    dense((20, 64, 32, 5)),
    dense((784, 256, 128, 10), dropout=0.2),
    dense((784, 256, 128, 10), 128, name="784-256-128-10-batch-128", dropout=0.2, num_batches=64),
    dense((784, 1024, 1024, 10), num_batches=64),
    CNN,
    EMBEDDING,
)
SWEEPS = {
    "width": tuple(
        dense(
            (64, width, width, 10),
            name=f"width-{width}",
            num_batches=4096 // width or 1,
            size=width,
        )
        for width in (8, 32, 128, 256, 512, 1024, 2048, 4096)
    ),
    "depth": tuple(
        dense((64, *[64] * depth, 10), name=f"depth-{depth}", num_batches=64, size=depth)
        for depth in (2, 4, 8, 16, 32, 64)
    ),
}
ALL_WORKS = (*WORKS, *(work for works in SWEEPS.values() for work in works))


def find_work(name: str) -> Work:
    """Return the work of this name.

    Raises:
        InvalidArgument: if there is none; it lists those there are.

    >>> find_work("4-16-8-3").num_samples
    8192
    """
    for work in ALL_WORKS:
        if work.name == name:
            return work
    known = ", ".join(work.name for work in WORKS)
    raise InvalidArgument(f"There is no row {name!r}: choose one of {known}.")


def make_data(work: Work, seed: int = 0) -> tuple[Array, Array]:
    """Return samples and their classes.

    Returns:
        Numbers, float32, or words, int64, of shape (samples, *sample_shape), and int64 classes.
    """
    random = np.random.default_rng(seed)
    shape = (work.num_samples, *work.sample_shape)
    if work.num_words:
        words = random.integers(0, work.num_words, shape)
        meaning = random.standard_normal((work.num_words, work.num_classes))
        return words, meaning[words].sum(axis=1).argmax(axis=1)
    x = random.standard_normal(shape, dtype=np.float32)
    rule = random.standard_normal((x[0].size, work.num_classes), dtype=np.float32)
    return x, (x.reshape(len(x), -1) @ rule).argmax(axis=1)
