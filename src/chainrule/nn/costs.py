"""What operations cost: multiply-adds and memory, from the nodes a forward pass leaves behind.

A multiply-add is one multiplication with one addition, or either of them alone: what a processor
does in one fused instruction. Counted is what each operation needs by its formula; comparisons,
copies and functions such as exp or tanh are left out, as usual in such counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.graph import Node
from chainrule.operations.adaptive_pooling import ADAPTIVE_AVG_POOL1D, ADAPTIVE_AVG_POOL2D, bins
from chainrule.operations.arithmetic import ADD, DIVIDE, LERP, MULTIPLY, SUBTRACT
from chainrule.operations.average_pooling import AVG_POOL1D, AVG_POOL2D
from chainrule.operations.batch_normalization import BATCH_NORM
from chainrule.operations.convolution import CONV1D, CONV2D
from chainrule.operations.group_normalization import GROUP_NORM
from chainrule.operations.layer_normalization import LAYER_NORM
from chainrule.operations.linear import LINEAR
from chainrule.operations.matmul import MATMUL
from chainrule.operations.operation import Operation
from chainrule.operations.pointwise import SQUARE
from chainrule.operations.reductions import CUMULATIVE_SUM, DEVIATION, MEAN, NORM, SUM, VARIANCE

Rule: TypeAlias = Callable[[Node], int]


@dataclass(frozen=True)
class Cost:
    """What operations cost together; costs add up.

    Attributes:
        multiply_adds: How many.
        forward_bytes: Memory of the results, and of what is kept beside them for the derivatives;
            a result that only looks at its input's memory in another way takes none.
        backward_bytes: Memory of the gradients of these results.
    """

    multiply_adds: int = 0
    forward_bytes: int = 0
    backward_bytes: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.multiply_adds + other.multiply_adds,
            self.forward_bytes + other.forward_bytes,
            self.backward_bytes + other.backward_bytes,
        )


def cost_of(node: Node) -> Cost:
    """Return what one operation cost.

    >>> from chainrule.autograd.creation import ones
    >>> cost_of(ones(2, 3, requires_grad=True).matmul(ones(3, 4)).grad_fn).multiply_adds
    24
    """
    rule = RULES.get(node.operation)
    kept = sum(a.nbytes for a in node.saved if isinstance(a, np.ndarray))
    is_view = node.operation.is_view and np.may_share_memory(node.output, _input(node, 0))
    result = 0 if is_view else node.output.nbytes
    has_gradient = any(source is not None for source in node.sources)
    return Cost(rule(node) if rule else 0, result + kept, result if has_gradient else 0)


def _input(node: Node, position: int) -> Array:
    """Return the numbers an operation was applied to."""
    tensor = node.inputs[position]
    assert tensor is not None  # noqa: S101 - asked of inputs that are never absent
    return tensor.array


# Sums of products: one for each product. A bias is where the sum begins.


def _matrix_product(node: Node) -> int:
    return node.output.size * _input(node, 0).shape[-1]


def _convolution(node: Node) -> int:
    """Return outputs times weights of one: channels of a group times elements of the kernel."""
    return node.output.size * prod(_input(node, 1).shape[1:])


# Means and sums: one for each number added.


def _window_means(node: Node) -> int:
    return node.output.size * prod(node.saved[1].kernel)


def _bin_means(node: Node) -> int:
    """Return the numbers in all bins, for all channels."""
    x, y = _input(node, 0), node.output
    axes = 1 if node.operation is ADAPTIVE_AVG_POOL1D else 2
    covered = sum(count for _, _, count in bins(x.shape[-axes:], y.shape[-axes:]))
    return prod(y.shape[:-axes]) * covered


def _each_input(node: Node) -> int:
    return _input(node, 0).size


def _each_input_twice(node: Node) -> int:
    return 2 * _input(node, 0).size


def _each_output(node: Node) -> int:
    return node.output.size


# Normalisation: scaling and shifting is one; mean and variance of the input itself are two more.


def _batch_norm(node: Node) -> int:
    return node.output.size * (3 if node.named_options()["training"] else 1)


def _sample_norm(node: Node) -> int:
    return 3 * node.output.size


RULES: dict[Operation, Rule] = {
    **dict.fromkeys((LINEAR, MATMUL), _matrix_product),
    **dict.fromkeys((CONV1D, CONV2D), _convolution),
    **dict.fromkeys((AVG_POOL1D, AVG_POOL2D), _window_means),
    **dict.fromkeys((ADAPTIVE_AVG_POOL1D, ADAPTIVE_AVG_POOL2D), _bin_means),
    **dict.fromkeys((SUM, MEAN, CUMULATIVE_SUM, NORM), _each_input),
    **dict.fromkeys((VARIANCE, DEVIATION), _each_input_twice),
    BATCH_NORM: _batch_norm,
    **dict.fromkeys((LAYER_NORM, GROUP_NORM), _sample_norm),
    **dict.fromkeys((ADD, SUBTRACT, MULTIPLY, DIVIDE, LERP, SQUARE), _each_output),
}
"""Operation -> how many multiply-adds one application takes. All others take none."""
