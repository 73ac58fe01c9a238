"""The loss divided by the number of its terms where the sum was asked for."""

from collections.abc import Callable, Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Graph
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import counted_by_reduction, shares


def over_share(position: int) -> Callable[[Graph], float]:
    """Return the factor by which a loss shrinks if it is divided by one of the counts."""

    def scale(graph: Graph) -> float:
        found = list(shares(graph, counted_by_reduction(graph, "sum") or 1))
        return 1 / found[min(position, len(found) - 1)][0]

    return scale


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each count that the sum may be divided by."""
    count = counted_by_reduction(scenario.graph, "sum")
    if count is not None and count > 1:
        for position, (_, name) in enumerate(shares(scenario.graph, count)):
            scale = over_share(position)
            change = Change(gradient_scale=scale, loss_scale=scale)
            yield Variant(change, f"divided by {name}")


MEAN_FOR_SUM = Mistake(
    "mean for sum",
    "You divided the loss by the number of its terms where the sum was asked for.",
    "Add up and do not divide.",
    variants,
)
