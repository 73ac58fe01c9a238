"""What a local factor is: a number the operation multiplies by, or the slope of a function.

In ``y = x W^T`` the factor between one x and one y is a weight, and should be called by its name.
Which one is asked of the operation's own derivative: if some numbers it reads are moved and the
factor moves by as much, it is one of these numbers.
"""

from collections.abc import Sequence

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.explain.derivation.factors import Factor
from chainrule.explain.derivation.names import Names
from chainrule.operations.operation import Elementwise

FEW = 2  # inputs of a function that are shown as its arguments


def symbol(factor: Factor, index: Shape, names: Names) -> str:
    """Return what to write for a factor beside its number.

    Args:
        factor: The local derivative.
        index: Of the number it belongs to, in the value the operation reads.
        names: Of the graph's values.

    Returns:
        The name of a number that is multiplied by, such as ``3.weight[5, 2]``, or the derivative,
        such as ``relu'(0.53)`` or ``cross_entropy'``.
    """
    node = factor.use.node
    operation = node.operation
    if len(factor.use.positions) == 1:
        for position, tensor in enumerate(node.inputs):
            if tensor is None or position in factor.use.positions or tensor.array.dtype.kind != "f":
                continue
            place = _multiplier(factor, index, position, tensor.array)
            if place is not None:
                return names.of_input(node, position, place)
    arguments = _arguments(factor)
    return f"{operation.name}'" + (f"({', '.join(arguments)})" if arguments else "")


def _multiplier(factor: Factor, index: Shape, position: int, array: Array) -> Shape | None:
    """Return where in another input the number stands that the factor is, None if it is not there.

    Of several equal numbers the right one is found by moving half of them at a time.
    """
    places = np.flatnonzero(array.reshape(-1) == factor.number)
    delta = 1.0 + abs(factor.number)
    while len(places):
        half = places[: (len(places) + 1) // 2]
        moved = array.reshape(-1).copy()
        moved[half] += delta
        number = _factor_with(factor, index, position, moved.reshape(array.shape))
        is_in_half = bool(np.isclose(number, factor.number + delta, rtol=1e-4, atol=0.0))
        if len(places) == 1:
            place = np.unravel_index(places[0], array.shape)
            return tuple(int(i) for i in place) if is_in_half else None
        places = half if is_in_half else places[len(half) :]
    return None


def _factor_with(factor: Factor, index: Shape, position: int, array: Array) -> float:
    """Return the factor as it would be with other numbers for one input."""
    node = factor.use.node
    inputs = [None if tensor is None else tensor.array for tensor in node.inputs]
    inputs[position] = array
    upstream = np.zeros(node.output.shape, node.output.dtype)
    upstream[factor.index] = 1
    with np.errstate(all="ignore"):
        result = node.operation.differentiate(
            factor.use.positions[0], upstream, tuple(inputs), node.output, node.saved, node.options
        )
    return float(result[index])


def _arguments(factor: Factor) -> Sequence[str]:
    """Return what an elementwise function is applied to at this number, if that is not much."""
    node = factor.use.node
    if not isinstance(node.operation, Elementwise) or len(node.inputs) > FEW:
        return ()
    numbers = [
        np.broadcast_to(tensor.array, node.output.shape)[factor.index]
        for tensor in node.inputs
        if tensor is not None
    ]
    return [f"{float(number):.4g}" for number in numbers]
