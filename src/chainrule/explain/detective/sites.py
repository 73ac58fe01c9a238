"""Where in a graph mistakes can be made: activations, layers with weights, means, squares."""

from collections.abc import Iterator

import numpy as np

from chainrule.explain.detective.graph import Call, Graph
from chainrule.operations.activations import ACTIVATIONS
from chainrule.operations.activations.logsigmoid import LOGSIGMOID
from chainrule.operations.arithmetic import DIVIDE, MULTIPLY, POWER
from chainrule.operations.convolution import CONV1D, CONV2D
from chainrule.operations.linear import LINEAR
from chainrule.operations.losses import (
    BINARY_CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY_WITH_LOGITS,
    CROSS_ENTROPY,
    CROSS_ENTROPY_WITH_PROBABILITIES,
    MSE_LOSS,
    NLL_LOSS,
)
from chainrule.operations.losses.scores import class_axis
from chainrule.operations.pointwise import LOG, SQUARE
from chainrule.operations.reductions import MEAN, SUM
from chainrule.operations.softmax import LOG_SOFTMAX, SOFTMAX

LAYERS = (LINEAR, CONV1D, CONV2D)
LOGARITHMS = (
    BINARY_CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY_WITH_LOGITS,
    CROSS_ENTROPY,
    CROSS_ENTROPY_WITH_PROBABILITIES,
    LOG,
    LOG_SOFTMAX,
    LOGSIGMOID,
)
REDUCED_LOSSES = (CROSS_ENTROPY, CROSS_ENTROPY_WITH_PROBABILITIES, NLL_LOSS)


def activations(graph: Graph) -> list[Call]:
    """Return the network's activations, softmax among them."""
    return graph.of(*ACTIVATIONS, SOFTMAX)


def layers_with_bias(graph: Graph) -> list[Call]:
    """Return the network's layers that add a bias."""
    return [call for call in graph.of(*LAYERS) if call.inputs[2] is not None]


def counted_by_reduction(graph: Graph, reduction: str) -> int | None:
    """Return of how many numbers the loss is the "mean" or "sum"; None if it is not."""
    operation = MEAN if reduction == "mean" else SUM
    for call in graph.loss_calls:
        if call.operation is operation:
            return _size(graph, call, 0) // max(int(np.prod(call.shape, dtype=int)), 1)
        if call.operation in REDUCED_LOSSES and call.option("reduction") == reduction:
            scores = graph.shapes[str(call.inputs[0])]
            return _size(graph, call, 0) // scores[class_axis(len(scores))]
    return None


def shares(graph: Graph, count: int) -> Iterator[tuple[int, str]]:
    """Yield what a sum may be divided by instead, each with its name: all, samples, outputs."""
    yield count, f"all {count} numbers"
    if count != graph.batch_size > 1:
        yield graph.batch_size, f"the {graph.batch_size} samples"
    per_sample = count // graph.batch_size
    if count != per_sample > 1:
        yield per_sample, f"the {per_sample} outputs"


def squares_error(graph: Graph) -> bool:
    """Return whether the loss squares something."""
    return any(
        call.operation in (MSE_LOSS, SQUARE)
        or (call.operation is POWER and _constant(graph, call) == 2.0)
        or (call.operation is MULTIPLY and call.inputs[0] == call.inputs[1])
        for call in graph.loss_calls
    )


def has_half(graph: Graph) -> bool:
    """Return whether the loss is multiplied by 1/2."""
    return any(
        (call.operation is MULTIPLY and _constant(graph, call) == 0.5)
        or (call.operation is DIVIDE and _constant(graph, call) == 2.0)
        for call in graph.loss_calls
    )


def takes_logarithm(graph: Graph) -> bool:
    """Return whether the loss is made of logarithms."""
    return any(call.operation in LOGARITHMS for call in graph.calls)


def _size(graph: Graph, call: Call, position: int) -> int:
    """Return how many numbers an input has."""
    return int(np.prod(graph.shapes[str(call.inputs[position])], dtype=int))


def _constant(graph: Graph, call: Call) -> float | None:
    """Return the one number that a call reads beside a result, None if there is none."""
    for name in call.inputs:
        if name in graph.constants and graph.constants[name].size == 1:
            return float(graph.constants[name].reshape(()))
    return None
