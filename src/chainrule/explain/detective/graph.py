"""The loss of one batch as a list of calls, which can be computed again and changed by mistakes.

It is taken from the graph that the network itself leaves behind when it runs: the very operations,
by name what each one reads, and the module it ran in. What gradients do not flow through (inputs,
targets, constants) is kept as numbers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.autograd.core import TensorCore
from chainrule.autograd.gradient import reachable_nodes
from chainrule.autograd.graph import Node
from chainrule.autograd.modes import enable_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import GradientError
from chainrule.nn.module import Module
from chainrule.operations.operation import Operation, Options

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
Numbers: TypeAlias = dict[str, Array]
"""Arrays by name: parameters by their path, results by the name of their call."""


@dataclass(frozen=True)
class Call:
    """One operation applied.

    Attributes:
        name: Of the result; unique in the graph, and the same for every batch.
        operation: Its record.
        inputs: Names of what it is applied to; None for absent optional inputs.
        flows: For each input, whether a gradient goes through to it.
        options: Of the operation.
        shape: Of the result.
        path: Of the module it ran in; empty outside any part of the model.
        in_loss: Whether it is part of the loss, and not of the network.
    """

    name: str
    operation: Operation
    inputs: tuple[str | None, ...]
    flows: tuple[bool, ...]
    options: Options
    shape: Shape
    path: str
    in_loss: bool

    def __str__(self) -> str:
        layer = f"layer {self.path}, {self.operation.name}" if self.path else self.operation.name
        return f"{layer} of the loss" if self.in_loss else layer

    @cached_property
    def flowing(self) -> list[tuple[int, str]]:
        """Position and name of each input that a gradient goes through to."""
        named = enumerate(zip(self.inputs, self.flows, strict=True))
        return [(i, name) for i, (name, flows) in named if name is not None and flows]

    def option(self, name: str) -> object:
        """Return an option by name, None if the operation has none of this name."""
        return dict(zip(self.operation.option_names, self.options, strict=True)).get(name)


@dataclass(frozen=True)
class Graph:
    """The calls that compute the loss of one batch, in order.

    Attributes:
        calls: In order.
        constants: What the calls read that is neither a parameter nor a result, by name.
        shapes: Of all parameters, constants and results.
        output: Name of what the network returns.
        loss: Name of the loss.
    """

    calls: tuple[Call, ...]
    constants: Numbers
    shapes: dict[str, Shape]
    output: str
    loss: str

    @property
    def batch_size(self) -> int:
        """Number of samples: the length of the output's first axis, 1 for an output of one axis."""
        shape = self.shapes[self.output]
        return shape[0] if len(shape) > 1 else 1

    @property
    def network(self) -> Iterator[Call]:
        """The calls of the network, without those of the loss."""
        return (call for call in self.calls if not call.in_loss)

    @property
    def loss_calls(self) -> Iterator[Call]:
        """The calls of the loss."""
        return (call for call in self.calls if call.in_loss)

    def of(self, *operations: Operation) -> list[Call]:
        """Return the network's calls of these operations."""
        return [call for call in self.network if call.operation in operations]

    def readers(self, name: str) -> list[Call]:
        """Return the calls that read this value."""
        return [call for call in self.calls if name in call.inputs]

    def replaced(self, name: str, calls: tuple[Call, ...]) -> "Graph":
        """Return the graph with other calls in place of one; the last gives the result its name."""
        position = next(i for i, call in enumerate(self.calls) if call.name == name)
        shapes = self.shapes | {call.name: call.shape for call in calls}
        changed = (*self.calls[:position], *calls, *self.calls[position + 1 :])
        return replace(self, calls=changed, shapes=shapes)

    def without(self, name: str) -> "Graph":
        """Return the graph with a call left out: what read its result reads its first input."""
        skipped = next(call for call in self.calls if call.name == name)
        source = skipped.inputs[0]
        if source is None:
            raise GradientError(f"{skipped} has no input to be read in its place.")
        calls = tuple(
            replace(call, inputs=tuple(source if i == name else i for i in call.inputs))
            for call in self.calls
            if call is not skipped
        )
        output, loss = (source if end == name else end for end in (self.output, self.loss))
        return replace(self, calls=calls, output=output, loss=loss)


def record(
    model: Module,
    loss: LossFunction,
    inputs: Tensor,
    target: Tensor,
    parameters: dict[int, str],
) -> Graph:
    """Run a network and its loss on a batch and return what they computed.

    Args:
        model: The network; all its parameters must require gradients.
        loss: Takes outputs and target and returns one number.
        inputs: Of the batch.
        target: Of the batch.
        parameters: Paths of the parameters, by ``id``.

    Raises:
        GradientError: if the loss is not one number, or does not depend on the parameters.
    """
    with enable_grad():
        output = model(inputs)
        value = loss(output, target)
    for what, tensor in (("network's output", output), ("loss", value)):
        if not isinstance(tensor, TensorCore) or tensor._node is None or not tensor._requires_grad:
            raise GradientError(
                f"The {what} does not depend on the network's parameters, so it has no gradient."
            )
    if value.array.size != 1:
        raise GradientError(
            f"The loss must be one number, got shape {value.array.shape}: use reduction='mean' or "
            "'sum'."
        )
    return _Recording(model, parameters).graph(output._node, value)


class _Recording:
    """Makes a graph of the nodes that a batch left behind."""

    def __init__(self, model: Module, parameters: dict[int, str]) -> None:
        self.paths = {id(module): path for path, module in model.named_modules()}
        self.parameters = parameters
        self.constants: Numbers = {}
        self.shapes: dict[str, Shape] = {}
        self.names: dict[int, str] = {}

    def graph(self, output: Node, loss: Tensor) -> Graph:
        """Return the calls from the first to the loss."""
        nodes = reachable_nodes([loss])[::-1]
        calls = tuple(self._call(node, node.number > output.number) for node in nodes)
        return Graph(calls, self.constants, self.shapes, self.names[output.number], calls[-1].name)

    def _call(self, node: Node, in_loss: bool) -> Call:
        inputs = tuple(self._input(node, position) for position in range(len(node.inputs)))
        flows = tuple(
            name is not None and name not in self.constants and source is not None
            for name, source in zip(inputs, node.sources, strict=True)
        )
        name = self.names[node.number] = f"result {len(self.names)}"
        self.shapes[name] = node.output.shape
        path = self.paths.get(id(node.scope), "")
        return Call(
            name, node.operation, inputs, flows, node.options, node.output.shape, path, in_loss
        )

    def _input(self, node: Node, position: int) -> str | None:
        """Return the name of what a node was applied to."""
        source, tensor = node.sources[position], node.inputs[position]
        if tensor is None:
            return None
        if isinstance(source, Node):
            return self.names[source.number]
        name = self.parameters.get(id(tensor))
        if name is None:
            name = f"constant {len(self.constants)}"
            self.constants[name] = np.array(tensor.array)
        self.shapes[name] = tensor.array.shape
        return name
