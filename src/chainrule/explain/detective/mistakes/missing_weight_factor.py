"""The error handed back unweighted: summed over the outputs without the weights between."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.linear import LINEAR


def unweighted(names: frozenset[str]) -> Change:
    """Return the change that passes errors back through these layers as if all weights were 1."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        if visit.call.name not in names or visit.position != 0:
            return right(visit)
        x, weight, bias = visit.inputs
        return right(replace(visit, inputs=(x, np.ones_like(weight), bias)))

    return Change(derivative=derivative)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all layers that pass errors back, and each."""
    return each_and_all([c for c in scenario.graph.of(LINEAR) if c.flows[0]], unweighted)


MISSING_WEIGHT_FACTOR = Mistake(
    "missing weight in the hidden error",
    "You passed the error back to the hidden layer without multiplying by the weights between.",
    "Multiply the error of each output by the weight that leads to it, then add up.",
    variants,
)
