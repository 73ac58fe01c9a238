"""A step too few or too many."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield one step less and, with an optimiser, one more."""
    if scenario.num_steps > 0:
        yield Variant(Change(num_steps=lambda steps: steps - 1), "one step too few")
    if scenario.optimizer is not None:
        yield Variant(Change(num_steps=lambda steps: steps + 1), "one step too many")


STEP_COUNT = Mistake(
    "number of steps",
    "You wrote down the number from before the step, or from one step later.",
    "Count the updates: 'after one step' means with the weights that one update has made.",
    variants,
)
