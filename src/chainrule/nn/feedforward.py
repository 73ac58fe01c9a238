"""A feedforward network from a list of layer sizes."""

from collections.abc import Sequence
from itertools import pairwise

from chainrule.errors import InvalidArgument
from chainrule.nn.activations import ACTIVATION_MODULES
from chainrule.nn.containers import Sequential
from chainrule.nn.dropout import Dropout
from chainrule.nn.flatten import Flatten
from chainrule.nn.linear import Linear
from chainrule.nn.module import Module


def feedforward(
    sizes: Sequence[int],
    activation: str = "ReLU",
    dropout: float = 0.0,
) -> Sequential:
    """Build a network of fully connected layers, an activation between each two of them.

    The last layer is linear: its outputs are scores (logits) for ``CrossEntropyLoss``, or plain
    numbers for a regression. Inputs of any shape are flattened, one row a sample.

    Args:
        sizes: Number of inputs, then the number of units of every layer.
        activation: Name of an activation module, in any case: ``"relu"`` or ``"ReLU"``.
        dropout: Probability with which each hidden unit is dropped while training.

    Shape:
        (batch, ...) with sizes[0] numbers a sample  ->  (batch, sizes[-1]).

    Raises:
        InvalidArgument: if there are fewer than two sizes, or a size or the activation is unknown.

    >>> feedforward([4, 8, 3], activation="tanh")
    Sequential(
      (0): Flatten(start_dim=1, end_dim=-1)
      (1): Linear(in_features=4, out_features=8, bias=True)
      (2): Tanh()
      (3): Linear(in_features=8, out_features=3, bias=True)
    )
    """
    if len(sizes) < 2 or any(size < 1 for size in sizes):
        raise InvalidArgument(
            f"feedforward got sizes {list(sizes)}: it needs the number of inputs and of the units "
            "of at least one layer, all positive, e.g. [784, 256, 128, 10]."
        )
    activation_class = activation_module(activation)
    layers: list[Module] = [Flatten()]
    for in_features, out_features in pairwise(sizes[:-1]):
        layers += [Linear(in_features, out_features), activation_class()]
        if dropout:
            layers.append(Dropout(dropout))
    layers.append(Linear(sizes[-2], sizes[-1]))
    return Sequential(*layers)


def activation_module(name: str) -> type[Module]:
    """Return the activation module of this name, in any case.

    Raises:
        InvalidArgument: if there is none, naming those there are.

    >>> activation_module("relu").__name__
    'ReLU'
    """
    by_lower_name = {known.lower(): module for known, module in ACTIVATION_MODULES.items()}
    wanted = name.lower().replace("_", "").replace("-", "")
    if wanted not in by_lower_name:
        known_names = ", ".join(sorted(by_lower_name))
        raise InvalidArgument(f"There is no activation {name!r}: choose one of {known_names}.")
    return by_lower_name[wanted]
