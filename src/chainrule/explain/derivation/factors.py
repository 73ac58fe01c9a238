"""Local factors: by how much each number of an operation's output grows with one number it reads.

They are asked of the operation's own derivatives. With an upstream gradient that is 1 at one number
of the output and 0 elsewhere, the gradient of an input is the row of local derivatives of that
number. One such call per number shown is affordable; one per number of the output is not, so what
is to be shown is found first by nudging the input: two forward evaluations tell which numbers of
the output respond, and roughly how much. That only chooses; factors and the exact rest come from
the derivatives.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.autograd.graph import Node
from chainrule.autograd.numeric_check import STEP
from chainrule.explain.derivation.recording import Use

REFUSALS = (ArithmeticError, IndexError, TypeError, ValueError)
"""What an operation may raise that does not take float64, or these numbers."""


@dataclass(frozen=True)
class Factor:
    """A local derivative.

    Attributes:
        use: The operation.
        index: Of the number in its output.
        number: How much that grows with the number looked at.
        gradient: How much the loss grows with it.
    """

    use: Use
    index: Shape
    number: float
    gradient: float

    @property
    def term(self) -> float:
        """What goes into the gradient this way."""
        return self.number * self.gradient


@dataclass(frozen=True)
class Factors:
    """All ways in which an operation passes on one number.

    Attributes:
        largest: Those with the largest terms.
        count: How many more there are, as far as nudging tells.
    """

    largest: tuple[Factor, ...]
    count: int


def local_factors(use: Use, index: Shape, gradient: Array, limit: int) -> Factors:
    """Return the local factors with the largest terms.

    Args:
        use: The operation.
        index: Of the number it reads.
        gradient: Of its output.
        limit: How many to return at most.
    """
    response = np.abs(responses(use, index)).reshape(-1)
    with np.errstate(all="ignore"):
        terms = response * np.abs(gradient).reshape(-1)
    chosen = largest(terms, limit)
    if chosen:
        count = int(np.count_nonzero(np.nan_to_num(terms))) - len(chosen)
    else:
        chosen, count = _vanishing(use, index, gradient, response, limit)
    factors = tuple(_factor(use, index, gradient, position) for position in chosen)
    return Factors(factors, count)


def _vanishing(
    use: Use, index: Shape, gradient: Array, response: Array, limit: int
) -> tuple[list[int], int]:
    """Return what to show where nudging finds no term, and how many more there are like it."""
    # The value is flat although the derivative is not: a surrogate gradient.
    chosen = search(lambda part: use.pull(part, index), gradient, limit)
    if chosen:
        return chosen, 0
    # The gradient is 0 wherever the number leads to.
    chosen = largest(response, limit)
    if chosen:
        return chosen, int(np.count_nonzero(response)) - len(chosen)
    # The operation passes nothing on: show that at the number which belongs to this one.
    shape = use.node.output.shape
    if shape == use.node.inputs[use.positions[0]].array.shape:  # type: ignore[union-attr]
        return [int(np.ravel_multi_index(index, shape)) if shape else 0], 0
    return [], 0


def largest(sizes: Array, limit: int) -> list[int]:
    """Return the positions of the largest of some sizes, largest first, those above 0 only.

    >>> largest(np.array([0.0, 2.0, 0.0, 3.0, 1.0]), 2)
    [3, 1]
    """
    known = np.nan_to_num(sizes, nan=0.0, posinf=np.inf)
    count = min(limit, known.size)
    if not count:
        return []
    top = np.argpartition(-known, count - 1)[:count]
    order = top[np.lexsort((top, -known[top]))]
    return [int(position) for position in order if known[position] > 0]


def rest(use: Use, index: Shape, gradient: Array, shown: Sequence[Factor]) -> float:
    """Return what all ways but those shown come to, from one call of the derivatives."""
    remaining = gradient.copy()
    for factor in shown:
        remaining[factor.index] = 0
    return use.pull(remaining, index)


def responses(use: Use, index: Shape) -> Array:
    """Return roughly how each number of the output changes with one number that is read.

    Central differences in float64; 0 where they cannot tell.
    """
    value = widened(use.node.inputs[use.positions[0]].array)  # type: ignore[union-attr]  # it reads it
    step = STEP * max(1.0, abs(float(value[index])))
    outputs = []
    for change in (-step, step):
        nudged = value.copy()
        nudged[index] += change
        try:
            outputs.append(applied(use.node, dict.fromkeys(use.positions, nudged)))
        except REFUSALS:
            return np.zeros(use.node.output.shape)
    with np.errstate(all="ignore"):
        difference = np.asarray((outputs[1] - outputs[0]) / (2 * step), dtype=np.float64)
    return np.nan_to_num(difference, posinf=0.0, neginf=0.0)


def applied(node: Node, changed: Mapping[int, Array]) -> Array:
    """Return the output of a node's operation in float64, with other numbers for some inputs."""
    operation = node.operation
    inputs = [None if t is None else widened(t.array) for t in node.inputs]
    for position, array in changed.items():
        inputs[position] = array
    for name in operation.mutates:
        position = operation.input_names.index(name)
        own = inputs[position]
        inputs[position] = None if own is None else own.copy()
    with np.errstate(all="ignore"):
        return np.asarray(operation.evaluate(tuple(inputs), node.options)[0])


def widened(array: Array) -> Array:
    """Return floating-point numbers in float64, others as they are."""
    return array.astype(np.float64, copy=False) if array.dtype.kind == "f" else array


def search(pull: Callable[[Array], float], gradient: Array, limit: int) -> list[int]:
    """Return places of large terms, by halving: what a half comes to is one call of ``pull``.

    Halves with the largest sums are looked into first, so a term that others cancel may be missed.

    >>> search(lambda part: float(part @ [0.0, 2.0, 0.0, 1.0]), np.ones(4), 2)
    [1, 3]
    """
    places: list[int] = []
    halves = [(-1.0, 0, gradient.size)]
    while halves and len(places) < limit:
        _, low, high = heapq.heappop(halves)
        if high - low == 1:
            places.append(low)
            continue
        middle = (low + high) // 2
        for start, stop in ((low, middle), (middle, high)):
            part = np.zeros(gradient.size, gradient.dtype)
            part[start:stop] = gradient.reshape(-1)[start:stop]
            size = abs(pull(part.reshape(gradient.shape)))
            if size > 0:
                heapq.heappush(halves, (-size, start, stop))
    return places


def _factor(use: Use, index: Shape, gradient: Array, position: int) -> Factor:
    """Return the local derivative of the number at a flat position of the output."""
    place = tuple(int(i) for i in np.unravel_index(position, gradient.shape))
    upstream = np.zeros(gradient.shape, gradient.dtype)
    upstream[place] = 1
    return Factor(use, place, use.pull(upstream, index), float(gradient[place]))
