"""The error of a hidden unit taken from one output alone."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.linear import LINEAR

MOST_OUTPUTS = 4
"""By hand nobody computes more; and every form is one more that may fit by chance."""


def only(name: str, output: int) -> Change:
    """Return the change that passes one output's error back through a layer."""

    def derivative(visit: Visit, right: Differentiate) -> Array:
        if visit.call.name != name or visit.position != 0:
            return right(visit)
        part = np.zeros_like(visit.gradient)
        part[..., output] = visit.gradient[..., output]
        return right(replace(visit, gradient=part))

    return Change(derivative=derivative)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each output of each layer that passes errors back and has few outputs."""
    for call in scenario.graph.of(LINEAR):
        outputs = call.shape[-1]
        if call.flows[0] and 1 < outputs <= MOST_OUTPUTS:
            for output in range(outputs):
                yield Variant(only(call.name, output), f"only output {output} of {call}")


ONE_OUTPUT_ONLY = Mistake(
    "hidden error from one output only",
    "You passed back the error of only one of the units that the hidden unit leads to.",
    "Add up the errors of all units it leads to, each times its weight.",
    variants,
)
