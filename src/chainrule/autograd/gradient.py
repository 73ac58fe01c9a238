"""The backward pass: walk the graph from a result to its leaves, multiplying local derivatives.

Reverse-mode differentiation (Linnainmaa 1970; Rumelhart, Hinton and Williams 1986): nodes are
visited in the opposite order of their making, so that the gradient of every intermediate value is
complete, summed over all its uses, before it is passed on. The order is explicit; nothing recurses,
so a graph may be arbitrarily deep.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.graph import Hook, Node, wrap
from chainrule.errors import GradientError, InvalidShape

if TYPE_CHECKING:
    from chainrule.autograd.core import TensorCore
    from chainrule.autograd.tensor import Tensor


def reachable_nodes(roots: "Sequence[TensorCore]") -> list[Node]:
    """Return the nodes that gradients of these tensors flow through, last made first.

    Raises:
        GradientError: if one of them was freed by an earlier backward pass.
    """
    found: dict[int, Node] = {}
    stack = [root._node for root in roots if root._node is not None and root._requires_grad]
    while stack:
        node = stack.pop()
        if node.number in found:
            continue
        node.check_not_freed()
        found[node.number] = node
        stack.extend([source for source in node.sources if isinstance(source, Node)])
    return [found[number] for number in sorted(found, reverse=True)]


class BackwardPass:
    """One walk backwards: the gradients of all nodes and leaves reached so far.

    Attributes:
        nodes: What is visited, in order.
        of_node: Gradient of each node's output, by node number.
        of_leaf: Gradient of each leaf, by ``id``, with the leaf itself.

    The pass is an object so that others (explanations, observers) can walk it node by node.
    """

    def __init__(self, roots: "Sequence[TensorCore]", gradients: Sequence[Array]) -> None:
        self.nodes = reachable_nodes(roots)
        self.of_node: dict[int, Array] = {}
        self.of_leaf: dict[int, tuple[TensorCore, Array]] = {}
        for root, gradient in zip(roots, gradients, strict=True):
            self._add(root._node or root, gradient)

    def run(self, retain_graph: bool = False, keep_all: bool = False) -> None:
        """Visit every node.

        Args:
            retain_graph: Keep the values needed to go backwards again.
            keep_all: Keep the gradients of intermediate values after they were passed on.
        """
        with np.errstate(all="ignore"):
            for node in self.nodes:
                self.visit(node)
                if not keep_all:
                    del self.of_node[node.number]
        if not retain_graph:
            for node in self.nodes:
                node.free()

    def visit(self, node: Node) -> None:
        """Pass the gradient of a node's output on to its inputs."""
        gradient = self.of_node[node.number]
        if node.listeners:
            gradient = self.of_node[node.number] = run_hooks(node.listeners, gradient)
        for position, source in enumerate(node.sources):
            if source is not None:
                result = node.differentiate(position, gradient)
                # A view marks memory that is shared, so that no leaf takes it for its own.
                self._add(source, result.view() if result is gradient else result)

    def _add(self, source: "Node | TensorCore", gradient: Array) -> None:
        """Add one contribution to the gradient of a node's output or of a leaf."""
        if isinstance(source, Node):
            known = self.of_node.get(source.number)
            self.of_node[source.number] = gradient if known is None else known + gradient
        else:
            before = self.of_leaf.get(id(source))
            total = gradient if before is None else before[1] + gradient
            self.of_leaf[id(source)] = (source, total)


def run_hooks(hooks: "Sequence[Hook]", gradient: Array) -> Array:
    """Show a gradient to each hook; one that returns an array replaces it."""
    for hook in hooks:
        changed = hook(gradient)
        if changed is not None:
            gradient = changed
    return gradient


def initial_gradient(root: "TensorCore", gradient: "TensorCore | None") -> Array:
    """Return the gradient a backward pass starts with: 1 for a scalar, else the one given.

    Raises:
        GradientError: if the tensor has no graph, or needs a gradient argument and got none.
        InvalidShape: if the gradient argument has another shape than the tensor.
    """
    if not root._requires_grad:
        raise GradientError(
            "backward() was called on a tensor that does not require a gradient: none of the "
            "tensors it was computed from has requires_grad=True, or it was computed under "
            "no_grad()."
        )
    if gradient is None:
        if root.array.size != 1:
            raise GradientError(
                "backward() without an argument needs a single number, got shape "
                f"{root.array.shape}: reduce it first, e.g. with .sum() or .mean(), or pass "
                "gradient=..."
            )
        return np.ones_like(root.array)
    given = gradient.array
    if given.shape != root.array.shape:
        raise InvalidShape(
            f"backward(gradient=...) got a gradient of shape {given.shape} for a tensor of shape "
            f"{root.array.shape}: they must be equal."
        )
    return given.astype(root.array.dtype, copy=False).view()  # the memory stays the caller's


def accumulate(leaf: "TensorCore", gradient: Array) -> None:
    """Add a gradient to ``leaf.grad``, making that a tensor of its own memory."""
    if leaf.grad is None:
        # Identities and broadcasts hand on memory that other gradients share.
        owned = (
            gradient.copy() if gradient.base is not None or not gradient.flags.owndata else gradient
        )
        # NumPy gives a single number as a scalar, which nobody can change in place.
        leaf.grad = wrap(np.asarray(owned))
    else:
        leaf.grad.array = np.asarray(leaf.grad.array + gradient)


def backward(
    root: "TensorCore",
    gradient: "TensorCore | None" = None,
    retain_graph: bool = False,
    inputs: "Sequence[TensorCore] | None" = None,
) -> None:
    """Add the gradient of ``root`` to the ``.grad`` of every leaf it was computed from.

    Args:
        root: What to differentiate.
        gradient: What to start with; 1 for a single number.
        retain_graph: Keep the graph for another pass.
        inputs: The leaves to do this for; all of them by default.
    """
    walk = BackwardPass([root], [initial_gradient(root, gradient)])
    walk.run(retain_graph)
    wanted = None if inputs is None else {id(leaf) for leaf in inputs}
    for leaf, total in walk.of_leaf.values():
        if wanted is None or id(leaf) in wanted:
            # What a hook saw or returned may be in other hands: a view is never taken over.
            accumulate(leaf, run_hooks(leaf._hooks, total).view() if leaf._hooks else total)


def grad(
    outputs: "Tensor | Sequence[Tensor]",
    inputs: "Tensor | Sequence[Tensor]",
    grad_outputs: "Tensor | Sequence[Tensor | None] | None" = None,
    retain_graph: bool = False,
    allow_unused: bool = False,
) -> "tuple[Tensor | None, ...]":
    """Return the gradients of the outputs' sum with respect to the inputs, leaving ``.grad`` alone.

    Args:
        outputs: One tensor or several.
        inputs: The tensors to differentiate with respect to; leaves or intermediate.
        grad_outputs: For each output, the gradient to start with; 1 for single numbers.
        retain_graph: Keep the graph for another pass.
        allow_unused: Give None for an input that the outputs do not depend on, instead of an error.

    Raises:
        GradientError: if an input was not used, unless allowed.
    """
    roots = [outputs] if not isinstance(outputs, Sequence) else list(outputs)
    wanted = [inputs] if not isinstance(inputs, Sequence) else list(inputs)
    given = (
        list(grad_outputs) if isinstance(grad_outputs, Sequence) else [grad_outputs] * len(roots)
    )
    starts = [initial_gradient(root, g) for root, g in zip(roots, given, strict=True)]
    walk = BackwardPass(roots, starts)
    walk.run(retain_graph, keep_all=True)
    results: list[Tensor | None] = []
    for position, tensor in enumerate(wanted):
        if tensor._node is None:
            found = walk.of_leaf.get(id(tensor), (tensor, None))[1]
        else:
            found = walk.of_node.get(tensor._node.number)
        if found is None and not allow_unused:
            raise GradientError(
                f"grad(): the outputs do not depend on input {position}, of shape "
                f"{tensor.array.shape}. Pass allow_unused=True to get None for it."
            )
        results.append(None if found is None else wrap(np.array(found)))
    return tuple(results)
