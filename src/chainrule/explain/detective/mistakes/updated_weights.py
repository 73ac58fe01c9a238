"""Layers updated one after the other, from the output back, each before its error is passed on."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form."""
    if scenario.optimizer is not None:
        yield Variant(Change(updates_at_once=True))


UPDATED_WEIGHTS = Mistake(
    "updated weights in the hidden gradient",
    "You used the already updated output weights when computing the hidden layer's gradient.",
    "Compute the gradients of all layers with the old weights first, then update all weights.",
    variants,
)
