"""The 2 of the derivative of a square, left out or kept."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import has_half, squares_error


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the form that this loss allows."""
    if squares_error(scenario.graph):
        if has_half(scenario.graph):
            yield Variant(Change(gradient_scale=lambda _: 2.0), "it is there and should not be")
        else:
            yield Variant(Change(gradient_scale=lambda _: 0.5), "it is missing")


FACTOR_TWO = Mistake(
    "factor 2 of the squared error's derivative",
    "You left out the 2 that the derivative of (t − y)² brings, or kept it although the ½ cancels "
    "it.",
    "The derivative of (y − t)² is 2(y − t), that of ½(y − t)² is y − t.",
    variants,
)
