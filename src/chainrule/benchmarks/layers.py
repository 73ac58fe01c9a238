"""The layers of a network as plain data, from which each library builds its own."""

from itertools import pairwise
from typing import NamedTuple, TypeAlias

KERNEL_SIZE = 3
POOL_SIZE = 2


class Linear(NamedTuple):
    """A fully connected layer."""

    inputs: int
    outputs: int


class Convolution(NamedTuple):
    """A convolution of 3 × 3 windows with a margin of 1: pictures keep their size."""

    inputs: int
    outputs: int


class Embedding(NamedTuple):
    """A row of learned numbers for every word."""

    words: int
    numbers: int


class Dropout(NamedTuple):
    """Numbers dropped at random."""

    probability: float


class ReLU(NamedTuple):
    """max(x, 0)."""


class MaxPooling(NamedTuple):
    """The largest number of every 2 × 2 window."""


class Flatten(NamedTuple):
    """One row of numbers per sample."""


Layer: TypeAlias = Linear | Convolution | Embedding | Dropout | ReLU | MaxPooling | Flatten


def dense_layers(sizes: tuple[int, ...], dropout: float = 0.0) -> tuple[Layer, ...]:
    """Return fully connected layers with ReLU, and dropout, between."""
    layers: list[Layer] = []
    for inputs, outputs in pairwise(sizes[:-1]):
        layers += [Linear(inputs, outputs), ReLU()]
        if dropout:
            layers.append(Dropout(dropout))
    return (*layers, Linear(*sizes[-2:]))
