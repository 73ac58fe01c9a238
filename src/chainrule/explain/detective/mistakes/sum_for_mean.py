"""The loss summed up and not divided, or not by all it should be divided by."""

from collections.abc import Callable, Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Graph
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import counted_by_reduction, shares


def times_share(position: int) -> Callable[[Graph], float]:
    """Return the factor by which a loss grows if one of the divisors is left out."""

    def scale(graph: Graph) -> float:
        found = list(shares(graph, counted_by_reduction(graph, "mean") or 1))
        return float(found[min(position, len(found) - 1)][0])

    return scale


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each divisor of the mean that may be left out."""
    count = counted_by_reduction(scenario.graph, "mean")
    if count is not None and count > 1:
        for position, (_, name) in enumerate(shares(scenario.graph, count)):
            scale = times_share(position)
            change = Change(gradient_scale=scale, loss_scale=scale)
            yield Variant(change, f"not divided by {name}")


SUM_FOR_MEAN = Mistake(
    "sum for mean",
    "You added up the loss where its mean was asked for.",
    "Divide the loss, and so every gradient, by the number of terms.",
    variants,
)
