"""The network a command is given: a model file, or layer sizes such as 784-256-128-10."""

import re
from dataclasses import dataclass

from chainrule.array_types import Shape
from chainrule.cli.options import parse_shape
from chainrule.data.preprocessing import Preprocessing
from chainrule.nn.feedforward import feedforward
from chainrule.nn.module import Module
from chainrule.storage import read_model

SIZES = re.compile(r"\d+(-\d+)+")


@dataclass(frozen=True, eq=False)
class GivenNetwork:
    """A network and what is known of its inputs and outputs.

    Attributes:
        model: The network.
        sample_shape: Shape of one sample; None where nobody says it.
        class_names: Names of the outputs; None where nobody says them.
    """

    model: Module
    sample_shape: Shape | None
    class_names: tuple[str, ...] | None


def open_network(
    name: str, shape: str | None = None, dropout: float = 0.0, activation: str = "relu"
) -> GivenNetwork:
    """Return the network of a file, or build one from its layer sizes.

    Args:
        name: Path of a model file, or layer sizes with dashes between.
        shape: Shape of one sample as given on the command line, or None.
        dropout: For layer sizes: probability to drop a hidden unit.
        activation: For layer sizes: of the hidden layers.
    """
    given = None if shape is None else parse_shape(shape)
    if SIZES.fullmatch(name):
        sizes = [int(size) for size in name.split("-")]
        return GivenNetwork(feedforward(sizes, activation, dropout), given, None)
    model, info = read_model(name)
    if given is None and info.preprocessing:
        given = Preprocessing.from_dict(info.preprocessing).feature_shape
    return GivenNetwork(model, given, info.class_names)
