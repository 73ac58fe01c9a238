"""Recording: the operations a picture shows, and the module calls they belong to.

A model that is run for the picture is watched while it runs, so that every call of a module is
known, also of one that hands on its input (dropout in evaluation). Of a tensor that is there
already, the calls are read off the nodes of its graph, which name the module they ran in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import Node
from chainrule.nn.module import Module


@dataclass(eq=False)
class Call:
    """One call of a module.

    Attributes:
        module: That was called.
        path: Of the module in the model, empty for the model itself; its class for one outside it.
        parent: The call inside which it was called.
        is_again: Whether the module was called before.
    """

    module: Module
    path: str
    parent: "Call | None"
    is_again: bool = False

    def with_parents(self) -> "list[Call]":
        """Return the call and those around it, the outermost first."""
        calls: list[Call] = []
        call: Call | None = self
        while call is not None:
            calls.append(call)
            call = call.parent
        return calls[::-1]


@dataclass(eq=False)
class Step:
    """One operation applied, or one module call that handed on its input.

    Attributes:
        node: Of the graph; None for a call that handed on its input.
        origins: What it read: the steps that made it, or leaves; None for absent inputs.
        flows: For each of them, whether a gradient goes back to it.
        array: The result.
        call: The innermost module call it belongs to; None outside any.
    """

    node: Node | None
    origins: "tuple[Step | TensorCore | None, ...]"
    flows: tuple[bool, ...]
    array: Array
    call: Call | None


@dataclass(eq=False)
class Recording:
    """What a picture shows.

    Attributes:
        title: In a few words.
        steps: All that the results depend on, in the order they ran.
        results: The steps that made what is drawn.
        names: Of leaves that have one, by ``id``.
        parameters, buffers: ``id`` of the leaves that are parameters, and of those that modules
            keep without learning them.
        step_gradients: Gradient of each step's result, by ``id`` of the step, where asked for.
        leaf_gradients: Gradient of each leaf, by ``id``, where asked for.
    """

    title: str
    steps: list[Step]
    results: list[Step]
    names: dict[int, str]
    parameters: set[int]
    buffers: set[int]
    step_gradients: dict[int, Array] = field(default_factory=dict)
    leaf_gradients: dict[int, Array] = field(default_factory=dict)

    def inputs(self) -> list[TensorCore]:
        """Return the leaves that are neither parameters nor buffers, in the order they are read."""
        known = self.parameters | self.buffers
        leaves = {
            id(origin): origin
            for step in self.steps
            for origin in step.origins
            if isinstance(origin, TensorCore) and id(origin) not in known
        }
        return list(leaves.values())


def needed(results: Sequence[Step]) -> list[Step]:
    """Return the steps that these depend on, themselves included, without any order."""
    found: dict[int, Step] = {}
    stack = list(results)
    while stack:
        step = stack.pop()
        if id(step) not in found:
            found[id(step)] = step
            stack.extend(origin for origin in step.origins if isinstance(origin, Step))
    return list(found.values())


def tensors_in(value: object) -> Iterator[TensorCore]:
    """Yield the tensors in nested tuples, lists and dicts."""
    if isinstance(value, TensorCore):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(tensors_in(part) for part in value.values())
    elif isinstance(value, (tuple, list)):
        yield from chain.from_iterable(tensors_in(part) for part in value)


def known_leaves(model: Module | None) -> tuple[dict[int, str], set[int], set[int]]:
    """Return the names of a model's parameters by ``id``, and which are parameters and buffers."""
    if model is None:
        return {}, set(), set()
    names = {id(tensor): path for path, tensor in model.named_parameters()}
    return names, set(names), {id(tensor) for tensor in model.buffers()}
