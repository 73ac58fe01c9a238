"""The derivative of softmax taken for that of the sigmoid: each output from its own score only."""

from collections.abc import Iterator

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.softmax import SOFTMAX


def derivative(visit: Visit, right: Differentiate) -> Array:
    """Return dL/dy * y (1 - y) for softmax."""
    if visit.call.operation is not SOFTMAX:
        return right(visit)
    return visit.gradient * visit.output * (1 - visit.output)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if there is a softmax."""
    if any(call.operation is SOFTMAX for call in scenario.graph.calls):
        yield Variant(Change(derivative=derivative))


SOFTMAX_DIAGONAL_ONLY = Mistake(
    "softmax derivative p(1 − p) only",
    "You used p(1 − p) for the derivative of softmax and left out that every probability depends "
    "on all scores.",
    "Add the terms −p_i p_j of the other outputs.",
    variants,
)
