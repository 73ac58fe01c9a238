"""1/N in the gradient twice: once from the loss, once more when it is averaged."""

from collections.abc import Callable, Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Graph
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.mistakes.sum_for_mean import times_share
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import counted_by_reduction, shares


def once_more(position: int) -> Callable[[Graph], float]:
    """Return the factor that one divisor of the mean is when it is divided by again."""
    times = times_share(position)
    return lambda graph: 1 / times(graph)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each divisor of the mean that may be there twice."""
    count = counted_by_reduction(scenario.graph, "mean")
    if count is not None and count > 1:
        for position, (number, _) in enumerate(shares(scenario.graph, count)):
            yield Variant(Change(gradient_scale=once_more(position)), f"N = {number}")


DOUBLED_MEAN_FACTOR = Mistake(
    "1/N twice in the gradient",
    "You divided the gradient by N twice: the loss is a mean already.",
    "Do not divide the gradient of a mean again.",
    variants,
)
