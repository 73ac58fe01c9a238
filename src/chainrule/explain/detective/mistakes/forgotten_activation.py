"""The weighted sum passed on as it is."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Graph
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import activations


def without_activations(names: frozenset[str]) -> Change:
    """Return the change that leaves out these activations."""

    def rewrite(graph: Graph) -> Graph:
        for name in names:
            graph = graph.without(name)
        return graph

    return Change(graph=rewrite)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all activations, and each."""
    return each_and_all(activations(scenario.graph), without_activations)


FORGOTTEN_ACTIVATION = Mistake(
    "forgotten activation",
    "You passed the weighted sum on without applying the activation.",
    "The output of a layer is the activation of its weighted sum.",
    variants,
)
