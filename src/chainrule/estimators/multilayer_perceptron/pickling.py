"""Model and optimiser as plain arrays and numbers: an estimator is pickled, tensors never are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.array_types import Array, Dtype
from chainrule.autograd.graph import wrap
from chainrule.estimators.multilayer_perceptron.network import build_network
from chainrule.estimators.multilayer_perceptron.optimizers import group_parameters
from chainrule.nn.containers import Sequential
from chainrule.nn.module import Module
from chainrule.optim import Optimizer, OptimizerClass


@dataclass(frozen=True)
class Architecture:
    """What a network was made from.

    Attributes:
        sizes: Number of inputs, then the number of units of every layer.
        activation: By name.
        dropout: Probability with which each hidden unit is dropped while training.
        dtype: Of the parameters.
    """

    sizes: tuple[int, ...]
    activation: str
    dropout: float
    dtype: Dtype

    def __str__(self) -> str:
        sizes = " - ".join(map(str, self.sizes))
        return f"layers {sizes}, activation={self.activation!r} and dropout={self.dropout}"

    def build(self) -> Sequential:
        """Return a new network, whose weights are still to be set."""
        return build_network(self.sizes, self.activation, self.dropout, self.dtype)

    def rebuild(self, parameters: Sequence[Array]) -> Sequential:
        """Return a network that holds copies of these parameters, ready to predict."""
        model = self.build()
        for parameter, array in zip(model.parameters(), parameters, strict=True):
            parameter.array[...] = array
        return model.eval()


@dataclass(frozen=True)
class PackedOptimizer:
    """An optimiser without its parameters.

    Attributes:
        kind: Its class.
        defaults: Its options, as it was made.
        groups: The options of each group, with numbers for the parameters.
        states: For each of these numbers, arrays by name.
    """

    kind: OptimizerClass
    defaults: dict[str, Any]
    groups: list[dict[str, Any]]
    states: dict[int, dict[str, Array]]

    @staticmethod
    def pack(optimizer: Optimizer) -> "PackedOptimizer":
        """Return what an optimiser holds."""
        saved = optimizer.state_dict()
        states = {
            number: {name: tensor.array for name, tensor in entry.items()}
            for number, entry in saved["state"].items()
        }
        kind: Any = type(optimizer)
        return PackedOptimizer(kind, optimizer.defaults, saved["param_groups"], states)

    def unpack(self, model: Module) -> Optimizer:
        """Return the optimiser again, for the parameters of a model."""
        optimizer = self.kind(group_parameters(model, 0.0), **self.defaults)
        states = {
            number: {name: wrap(array) for name, array in entry.items()}
            for number, entry in self.states.items()
        }
        optimizer.load_state_dict({"state": states, "param_groups": self.groups})
        return optimizer
