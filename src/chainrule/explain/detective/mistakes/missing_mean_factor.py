"""1/N in the loss, but not in the gradient."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.mistakes.sum_for_mean import times_share
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import counted_by_reduction, shares


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each divisor of the mean that may be missing."""
    count = counted_by_reduction(scenario.graph, "mean")
    if count is not None and count > 1:
        for position, (number, _) in enumerate(shares(scenario.graph, count)):
            yield Variant(Change(gradient_scale=times_share(position)), f"N = {number}")


MISSING_MEAN_FACTOR = Mistake(
    "1/N missing in the gradient",
    "Your loss is a mean, but you left its 1/N out of the gradient.",
    "A factor of the loss is a factor of every gradient.",
    variants,
)
