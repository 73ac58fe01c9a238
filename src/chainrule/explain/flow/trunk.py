"""The way of the gradient through a network: the longest chain from the loss to the first layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import Node
from chainrule.nn.parameter import Parameter
from chainrule.operations.activations import ACTIVATIONS
from chainrule.operations.gated import GATED
from chainrule.operations.normalization import NORMALIZATIONS
from chainrule.operations.operation import Elementwise, Operation
from chainrule.operations.softmax import SOFTMAX_OPERATIONS

Kind: TypeAlias = Literal["weights", "activations", "normalization", "other"]
KINDS: tuple[Kind, ...] = ("activations", "weights", "normalization", "other")
ACTIVATION_OPERATIONS: tuple[Operation, ...] = (*ACTIVATIONS, *GATED, *SOFTMAX_OPERATIONS)
Gradients: TypeAlias = Callable[["Node | TensorCore"], Array | None]


@dataclass(frozen=True)
class Step:
    """One operation of the trunk, walked backwards.

    Attributes:
        node: The operation.
        kind: Whether weights, an activation, a normalisation or something else acts.
        norm: Of the gradient of its output.
        factor: By how much the operation makes the norm grow.
        join: By how much other ways to the same input do.
        norm_below: Of the gradient of its input: norm * factor * join.
    """

    node: Node
    kind: Kind
    norm: float
    factor: float
    join: float
    norm_below: float


def trunk_of(nodes: Sequence[Node]) -> list[Node]:
    """Return the longest chain of operations on data, the last first.

    Args:
        nodes: In the order they ran; the chain ends with the last of them.
    """
    lengths: dict[int, int] = {}
    before: dict[int, Node | None] = {}
    for node in nodes:
        sources = [s for s in node.sources if isinstance(s, Node) and s.number in lengths]
        if not sources and not _reads_data(node):
            continue  # made of parameters alone, such as a transposed weight
        longest = max(sources, key=lambda source: lengths[source.number], default=None)
        lengths[node.number] = 1 + (lengths[longest.number] if longest is not None else 0)
        before[node.number] = longest
    chain: list[Node] = []
    node_or_none: Node | None = nodes[-1] if nodes and nodes[-1].number in lengths else None
    while node_or_none is not None:
        chain.append(node_or_none)
        node_or_none = before[node_or_none.number]
    return chain


def steps_of(chain: Sequence[Node], nodes: Sequence[Node], gradients: Gradients) -> list[Step]:
    """Return the steps down a chain, each with what it does to the gradient's norm.

    The factors are norms of gradients divided by each other, so that their product is the ratio of
    the last norm to the first.

    Args:
        chain: Operations, the last first.
        nodes: All operations of the graph.
        gradients: Of the values.
    """
    readers: dict[int, int] = {}
    for node in nodes:
        for source in {id(source) for source in node.sources if source is not None}:
            readers[source] = readers.get(source, 0) + 1
    steps = []
    for position, node in enumerate(chain):
        below = chain[position + 1] if position + 1 < len(chain) else _input_of(node)
        if below is None:
            break
        norm, norm_below = size(gradients(node)), size(gradients(below))
        share = norm_below
        if readers.get(id(below), 0) > 1:
            share = size(_contribution(node, below, gradients(node)))
        # Where this way passes nothing on and others do, all there is comes from them.
        factor = 1.0 if share == 0 < norm_below else quotient(share, norm)
        join = 1.0 if share == norm_below else norm_below / (factor * norm)
        steps.append(Step(node, kind_of(node, below), norm, factor, join, norm_below))
    return steps


def kind_of(node: Node, below: Node | TensorCore) -> Kind:
    """Return what acts in an operation, on the way to one of its inputs."""
    operation = node.operation
    if operation in NORMALIZATIONS:
        return "normalization"
    inputs = [tensor for tensor in node.inputs if tensor is not None]
    if operation in ACTIVATION_OPERATIONS or (
        isinstance(operation, Elementwise) and len(inputs) == 1
    ):
        return "activations"
    if any(_is_learned(s) for s in node.sources if s is not None and s is not below):
        return "weights"
    return "other"


def size(gradient: Array | None) -> float:
    """Return the Euclidean norm of a gradient, 0 for none."""
    return 0.0 if gradient is None else float(np.linalg.norm(np.asarray(gradient, np.float64)))


def quotient(a: float, b: float) -> float:
    """Return a / b; 1 for 0 / 0, as nothing changes there."""
    if b == 0:
        return 1.0 if a == 0 else np.inf
    return a / b


def _contribution(node: Node, below: Node | TensorCore, gradient: Array | None) -> Array | None:
    """Return what a node passes on to one of its inputs, without what comes other ways.

    Parameters are read as they are now: of an observed step, as they are after it.
    """
    if gradient is None:
        return None
    arrays = tuple([None if tensor is None else tensor.array for tensor in node.inputs])
    with np.errstate(all="ignore"):
        parts = [
            node.operation.differentiate(
                position, gradient, arrays, node.output, node.saved, node.options
            )
            for position, source in enumerate(node.sources)
            if source is below
        ]
    return np.sum(parts, axis=0)


def _reads_data(node: Node) -> bool:
    """Return whether an operation reads anything but parameters and single numbers."""
    given = [tensor for tensor in node.inputs if tensor is not None and tensor._node is None]
    return any(tensor.array.size > 1 and not isinstance(tensor, Parameter) for tensor in given)


def _input_of(node: Node) -> TensorCore | None:
    """Return the data a gradient flows to from the first operation, if it does."""
    leaves = (source for source in node.sources if isinstance(source, TensorCore))
    return next((leaf for leaf in leaves if not isinstance(leaf, Parameter)), None)


def _is_learned(source: Node | TensorCore) -> bool:
    """Return whether a value is a parameter, or made of parameters alone."""
    if isinstance(source, TensorCore):
        return isinstance(source, Parameter)
    return not _reads_data(source) and all(
        _is_learned(other) for other in source.sources if other is not None
    )
