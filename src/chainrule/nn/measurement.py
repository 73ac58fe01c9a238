"""Measurement: what happens in a model, layer by layer, when it runs on one sample."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chainrule.array_types import Shape
from chainrule.autograd.graph import Node
from chainrule.autograd.modes import enable_grad, state
from chainrule.autograd.tensor import Tensor
from chainrule.nn.costs import Cost, cost_of
from chainrule.nn.module import Module


@dataclass(frozen=True)
class Measurement:
    """What one sample did in a model.

    Attributes:
        output_shapes: Of every module that ran, by path, the batch axis left out.
        costs: Of the operations in the ``forward`` of each module itself, by path.
    """

    output_shapes: dict[str, Shape]
    costs: dict[str, Cost]


class _Nodes(list[Node]):
    """Takes the nodes as they are made."""

    def refuse(self, name: str) -> None:
        """Let numbers leave the graph: the costs are those of this run."""


def measure(model: Module, inputs: Tensor) -> Measurement:
    """Run a model once in evaluation mode; it is left as it is.

    >>> from chainrule.autograd.creation import zeros
    >>> from chainrule.nn.linear import Linear
    >>> measure(Linear(3, 2), zeros(1, 3)).costs[""].multiply_adds
    6
    """
    shapes: dict[str, Shape] = {}
    handles = []
    for path, module in model.named_modules():

        def note(module: Module, inputs: object, output: object, path: str = path) -> None:
            del module, inputs
            shape = getattr(output, "shape", None)
            if shape is not None:
                shapes[path] = tuple(shape[1:])

        handles.append(module.register_forward_hook(note))
    nodes = _Nodes()
    outer, state.tracer = state.tracer, nodes
    try:
        with in_evaluation(model), enable_grad():
            model(inputs)
    finally:
        state.tracer = outer
        for handle in handles:
            handle.remove()
    paths = {id(module): path for path, module in model.named_modules()}
    costs: dict[str, Cost] = {}
    for node in nodes:
        path = paths.get(id(node.scope), "")
        costs[path] = costs.get(path, Cost()) + cost_of(node)
    return Measurement(shapes, costs)


@contextmanager
def in_evaluation(model: Module) -> Iterator[None]:
    """Have a model in evaluation mode for a ``with`` block, and every module as it was after it."""
    was_training = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in was_training:
            module.training = training
