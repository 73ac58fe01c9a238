"""The derivative of an activation taken at its output, as in σ'(a) = σ(a) (1 − σ(a))."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import activations


def at_output(names: frozenset[str]) -> Change:
    """Return the change that takes the derivative of these activations at their output."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        if visit.call.name not in names:
            return right(visit)
        inputs = (visit.output,)
        output, saved = visit.call.operation.evaluate(inputs, visit.call.options)
        return right(replace(visit, inputs=inputs, output=np.asarray(output), saved=saved))

    return Change(derivative=derivative)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all activations, and each."""
    return each_and_all(activations(scenario.graph), at_output)


DERIVATIVE_AT_ACTIVATION = Mistake(
    "derivative taken at the activation",
    "You put the activation a into the derivative where the weighted sum z belongs, e.g. "
    "σ(a)(1 − σ(a)).",
    "Take the derivative at z; for the sigmoid that is a(1 − a), as a = σ(z).",
    variants,
)
