"""The weight matrix not turned round in the backward product."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.linear import LINEAR


def transposed(names: frozenset[str]) -> Change:
    """Return the change that passes errors back through these layers' transposed weights."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        if visit.call.name not in names or visit.position != 0:
            return right(visit)
        x, weight, bias = visit.inputs
        return right(replace(visit, inputs=(x, weight.T, bias)))

    return Change(derivative=derivative)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all layers with a square weight that pass errors back, and each."""
    shapes = scenario.graph.shapes
    squares = [
        call
        for call in scenario.graph.of(LINEAR)
        if call.flows[0] and len(set(shapes[str(call.inputs[1])])) == 1
    ]
    return each_and_all(squares, transposed)


TRANSPOSED_WEIGHT = Mistake(
    "weight matrix the wrong way round",
    "You multiplied the error by W where it should have been the transpose of W, or the other way "
    "round.",
    "The error of a unit is the sum over the weights that lead out of it.",
    variants,
)
