"""The gradient of a weight without the input it was multiplied with."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.linear import LINEAR


def without_input(names: frozenset[str]) -> Change:
    """Return the change that takes the inputs of these layers as 1 in their weights' gradients."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        if visit.call.name not in names or visit.position != 1:
            return right(visit)
        x, weight, bias = visit.inputs
        return right(replace(visit, inputs=(np.ones_like(x), weight, bias)))

    return Change(derivative=derivative)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all layers, and each."""
    return each_and_all(scenario.graph.of(LINEAR), without_input)


MISSING_INPUT_FACTOR = Mistake(
    "missing input in the weight's gradient",
    "You took the error of a unit for the gradient of its weights, without multiplying by the "
    "weight's input.",
    "The gradient of a weight is the error of its unit times the value that came in through it.",
    variants,
)
