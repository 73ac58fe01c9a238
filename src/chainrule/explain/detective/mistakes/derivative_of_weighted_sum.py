"""The short form of a derivative, such as a (1 − a), with the weighted sum z in place of a."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import activations


def of_input(names: frozenset[str]) -> Change:
    """Return the change that reads these activations' input for their output."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        if visit.call.name not in names:
            return right(visit)
        return right(replace(visit, output=visit.inputs[0]))

    return Change(derivative=derivative)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all activations whose derivative reads the output, and each."""
    calls = activations(scenario.graph)
    return each_and_all([call for call in calls if call.operation.reads_output], of_input)


DERIVATIVE_OF_WEIGHTED_SUM = Mistake(
    "z(1 − z) for a(1 − a)",
    "You put the weighted sum z into the short form of the derivative, which wants the activation "
    "a: z(1 − z) in place of a(1 − a).",
    "Use the activation: a(1 − a) for the sigmoid, 1 − a² for tanh.",
    variants,
)
