"""The gradient of the last sample, which has replaced those of the others."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def of_last_sample(output: str) -> Callable[[Visit, Differentiate], Array]:
    """Return the derivative that lets only the last sample's error into the network."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        if visit.call.name != output:
            return right(visit)
        part = np.zeros_like(visit.gradient)
        part[-1] = visit.gradient[-1]
        return right(replace(visit, gradient=part))

    return derivative


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, with the batch's 1/N and without, if there are several samples."""
    graph = scenario.graph
    if graph.batch_size > 1:
        derivative = of_last_sample(graph.output)
        yield Variant(Change(derivative=derivative), "with the 1/N of the loss")
        yield Variant(
            Change(derivative=derivative, gradient_scale=lambda graph: float(graph.batch_size)),
            "times the number of samples",
        )


LAST_SAMPLE_ONLY = Mistake(
    "gradient of the last sample only",
    "You used the gradient of the last sample only, not that of the whole batch.",
    "Add up the gradients of all samples of the batch.",
    variants,
)
