"""The error passed through an activation as if it were not there."""

from collections.abc import Iterator

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import activations


def without(names: frozenset[str]) -> Change:
    """Return the change that takes the derivative of these activations as 1."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        return visit.gradient if visit.call.name in names else right(visit)

    return Change(derivative=derivative)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all activations, and each."""
    return each_and_all(activations(scenario.graph), without)


MISSING_ACTIVATION_DERIVATIVE = Mistake(
    "missing activation derivative",
    "You left out the derivative of the activation on the way back.",
    "Multiply the error by the activation's derivative before you go on to its weights.",
    variants,
)
