"""The gradient with the wrong sign: uphill."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form."""
    del scenario
    yield Variant(Change(gradient_scale=lambda _: -1.0))


WRONG_SIGN = Mistake(
    "wrong sign",
    "You have the gradient with the opposite sign: t − y for y − t, or a step uphill.",
    "The error is y − t, and the step goes against the gradient: w − η · gradient.",
    variants,
)
