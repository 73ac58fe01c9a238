"""What is called from outside: the flow of the gradient of a loss, or of an observed step."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import Node
from chainrule.autograd.tensor import Tensor
from chainrule.engines.observation import Observation
from chainrule.errors import InvalidType
from chainrule.explain.derivation.recording import Recording
from chainrule.explain.flow.flow import GradientFlow, LayerFlow
from chainrule.explain.flow.trunk import KINDS, Gradients, Step, steps_of, trunk_of
from chainrule.nn.module import Module


@dataclass(frozen=True, eq=False)
class _Graph:
    """What the flow is read from.

    Attributes:
        nodes: The operations in the order they ran.
        paths: Of the modules they ran in; None outside the model.
        gradients: Of their outputs, and of leaves.
    """

    nodes: Sequence[Node]
    paths: Sequence[str | None]
    gradients: Gradients


def gradient_flow(source: Module | Observation, loss: Tensor | None = None) -> GradientFlow:
    """Show how the gradient's norm changes on its way back through a network.

        ‖dL/d input‖ = ‖dL/d output‖ × activations × weights × normalization × other

    A layer is an operation that multiplies by parameters with what follows it. Each factor is the
    norm of a gradient divided by that of the one before, so the product of all factors is the ratio
    of the last norm to the first, and it shows which operations made the difference. Where ways
    part, the longest is followed; what the others add is a factor of its own, under ``other``.

    Args:
        source: The network, or one training step as an observing callback gets it.
        loss: Computed from the network's output, with its graph; not for an observed step. Of such
            a step, what parameters pass on where ways join is computed with those after the step.

    Raises:
        GradientError: if the loss is not one number, or its graph was freed.
        InvalidType: if it is not one of the two.

    >>> from chainrule import nn
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1))
    >>> flow = gradient_flow(model, model(Tensor([[1.0, 2.0]])).sum())
    >>> [(layer.layer, layer.operations) for layer in flow.layers]
    [('2', ('linear',)), ('0', ('linear', 'sigmoid'))]
    """
    graph = _read(source, loss)
    chain = trunk_of([*graph.nodes])
    paths = dict(zip((node.number for node in graph.nodes), graph.paths, strict=True))
    while chain and paths[chain[0].number] is None:
        del chain[0]  # the loss
    steps = steps_of(chain, graph.nodes, graph.gradients)
    names = {node.number: paths[node.number] or node.operation.name for node in chain}
    return GradientFlow(tuple(_layers(steps, chain, names)))


def _read(source: Module | Observation, loss: Tensor | None) -> _Graph:
    """Return the graph of a loss, or of an observed step."""
    if isinstance(source, Observation) and loss is None:
        known = source.node_gradients

        def gradient(value: Node | TensorCore) -> Array | None:
            return known.get(value.number) if isinstance(value, Node) else None

        return _Graph(source.nodes, source.module_paths, gradient)
    if isinstance(source, Module) and isinstance(loss, TensorCore):
        recording = Recording(loss)
        modules = {id(module): path for path, module in source.named_modules()}
        paths = [modules.get(id(node.scope)) for node in recording.nodes]
        return _Graph(recording.nodes, paths, recording.gradient)
    raise InvalidType(
        f"gradient_flow got {type(source).__name__} and {type(loss).__name__}: pass a model and "
        "the loss computed from its output, or an Observation alone."
    )


def _layers(steps: Sequence[Step], chain: Sequence[Node], names: dict[int, str]) -> list[LayerFlow]:
    """Gather the steps into layers, the last first: each ends with the weights that act."""
    groups: list[list[Step]] = [[]]
    for step in steps:
        groups[-1].append(step)
        if step.kind == "weights":
            groups.append([])
    layers = [_layer(group, names[group[-1].node.number], []) for group in groups[:-1]]
    if groups[-1]:
        # The first layer: its weights get a gradient, but pass none on to the data.
        first = chain[len(steps) :]
        layers.append(_layer(groups[-1], names[(first or [groups[-1][-1].node])[-1].number], first))
    return layers


def _layer(steps: Sequence[Step], name: str, first: Sequence[Node]) -> LayerFlow:
    """Return what some steps do together."""
    factors = {kind: prod(step.factor for step in steps if step.kind == kind) for kind in KINDS}
    factors["other"] *= prod(step.join for step in steps)
    operations = [*(node.operation.name for node in first)]
    operations += [step.node.operation.name for step in reversed(steps)]
    return LayerFlow(
        layer=name,
        operations=tuple(operations),
        norm=steps[0].norm,
        norm_below=steps[-1].norm_below,
        **factors,
    )
