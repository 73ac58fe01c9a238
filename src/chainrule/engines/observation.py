"""Everything that happened in one training step, by layer and operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chainrule.array_types import Array
from chainrule.autograd.graph import Node


@dataclass(frozen=True, eq=False)
class Observation:
    """One training step in full.

    Attributes:
        nodes: The operations of the step in the order they ran.
        module_paths: For each node, the path of the module it ran in ("" for the model itself, None
            for what ran outside it, such as the loss).
        node_gradients: Gradient of each node's output, by ``node.number``.
        parameter_gradients: Gradient of each parameter, by path.
        updates: What the optimiser added to each parameter, by path.
        loss: The batch's loss.
    """

    nodes: Sequence[Node]
    module_paths: Sequence[str | None]
    node_gradients: Mapping[int, Array]
    parameter_gradients: Mapping[str, Array]
    updates: Mapping[str, Array]
    loss: float

    def activations(self) -> dict[str, Array]:
        """Return the output of the last operation of every module, by path."""
        return {
            path: node.output
            for path, node in zip(self.module_paths, self.nodes, strict=True)
            if path is not None
        }

    def gradients(self) -> dict[str, Array]:
        """Return the gradient of the output of the last operation of every module, by path."""
        return {
            path: self.node_gradients[node.number]
            for path, node in zip(self.module_paths, self.nodes, strict=True)
            if path is not None and node.number in self.node_gradients
        }
