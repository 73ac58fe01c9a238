"""The bias not added in the forward pass."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Graph
from chainrule.explain.detective.mistake import Mistake, Variant, each_and_all
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import layers_with_bias

ZERO = "zero in place of the bias"


def without_bias(names: frozenset[str]) -> Change:
    """Return the change that adds zero in these layers."""

    def rewrite(graph: Graph) -> Graph:
        for call in [call for call in graph.calls if call.name in names]:
            bias = str(call.inputs[2])
            zero = f"{ZERO} {bias}"
            inputs = (*call.inputs[:2], zero)
            flows = (*call.flows[:2], False)
            graph = graph.replaced(call.name, (replace(call, inputs=inputs, flows=flows),))
            constants = graph.constants | {zero: np.zeros(graph.shapes[bias])}
            graph = replace(graph, constants=constants)
        return graph

    return Change(graph=rewrite)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield all layers with a bias, and each."""
    return each_and_all(layers_with_bias(scenario.graph), without_bias)


FORGOTTEN_BIAS = Mistake(
    "forgotten bias",
    "You did not add the bias to the weighted sum.",
    "z is the sum of weight times input over all inputs, plus the bias.",
    variants,
)
