"""The recorded graph behind one loss, with the gradient of every value in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.autograd.core import TensorCore
from chainrule.autograd.gradient import BackwardPass, initial_gradient
from chainrule.autograd.graph import Node
from chainrule.errors import GradientError

Value: TypeAlias = Node | TensorCore
"""What the loss was computed from: the output of a node, or a leaf."""


@dataclass(frozen=True)
class Use:
    """One operation that reads a value.

    Attributes:
        node: The operation applied.
        positions: Which of its inputs the value is; several for ``x * x``.
    """

    node: Node
    positions: tuple[int, ...]

    def pull(self, gradient: Array, index: Shape) -> float:
        """Return the gradient of one number of the value, given one of the node's output."""
        with np.errstate(all="ignore"):
            parts = [self.node.differentiate(p, gradient)[index] for p in self.positions]
        return float(sum(parts))


class Recording:
    """A graph read backwards once, without a trace: ``.grad`` and hooks are left alone.

    Args:
        loss: One number, with its graph.

    Attributes:
        nodes: The operations that gradients flow through, in the order they ran.
        root: What the loss is the output of.

    Raises:
        GradientError: if the loss is not one number, has no graph, or the graph was freed.
    """

    def __init__(self, loss: TensorCore) -> None:
        if loss._node is not None and loss._node.was_freed:
            raise GradientError(
                f"The graph behind this loss ends at {loss._node.operation.name}, because "
                "backward() has freed it: explain before backward(), or call "
                "backward(retain_graph=True)."
            )
        walk = HooklessPass([loss], [initial_gradient(loss, None)])
        walk.run(retain_graph=True, keep_all=True)
        self.root: Value = loss._node or loss
        self.loss = float(loss.array.reshape(()))
        self.nodes = walk.nodes[::-1]
        self._walk = walk
        self._uses: dict[int, list[Use]] = {}
        for node in self.nodes:
            for source in dict.fromkeys(node.sources):
                if source is not None:
                    positions = [p for p, other in enumerate(node.sources) if other is source]
                    self._uses.setdefault(id(source), []).append(Use(node, tuple(positions)))

    @property
    def leaves(self) -> list[TensorCore]:
        """The tensors at which gradients end, in the order of their first use."""
        sources = dict.fromkeys(source for node in self.nodes for source in node.sources)
        return [source for source in sources if isinstance(source, TensorCore)]

    def uses(self, value: Value) -> Sequence[Use]:
        """Return what reads a value, in order."""
        return self._uses.get(id(value), ())

    def gradient(self, value: Value) -> Array | None:
        """Return the gradient of the loss with respect to a value, None if it is not part of it."""
        return self._walk.gradient(value)


def numbers(value: Value) -> Array:
    """Return the numbers a value has."""
    return value.output if isinstance(value, Node) else value.array


class HooklessPass(BackwardPass):
    """A backward pass that calls no hooks: they may replace gradients, and keep what they see."""

    def visit(self, node: Node) -> None:
        """Pass the gradient of a node's output on to its inputs."""
        gradient = self.of_node[node.number]
        for position, source in enumerate(node.sources):
            if source is not None:
                self._add(source, node.differentiate(position, gradient))

    def gradient(self, value: Value) -> Array | None:
        """Return the gradient with respect to a value, None if it was not reached."""
        if isinstance(value, Node):
            found = self.of_node.get(value.number)
        else:
            found = self.of_leaf.get(id(value), (value, None))[1]
        return None if found is None else np.asarray(found)  # NumPy's sums of scalars are no arrays
