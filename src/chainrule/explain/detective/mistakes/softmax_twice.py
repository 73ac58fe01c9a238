"""Softmax applied to what went through softmax already."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Graph
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.losses import CROSS_ENTROPY, CROSS_ENTROPY_WITH_PROBABILITIES
from chainrule.operations.losses.scores import class_axis
from chainrule.operations.softmax import LOG_SOFTMAX, SOFTMAX

APPLIES_SOFTMAX = (SOFTMAX, LOG_SOFTMAX, CROSS_ENTROPY, CROSS_ENTROPY_WITH_PROBABILITIES)


def rewrite(graph: Graph) -> Graph:
    """Return the graph with another softmax before the last operation that applies one."""
    call = [call for call in graph.calls if call.operation in APPLIES_SOFTMAX][-1]
    scores = str(call.inputs[0])
    shape = graph.shapes[scores]
    name = f"softmax of {scores}"
    softmax = replace(
        call,
        name=name,
        operation=SOFTMAX,
        inputs=(scores,),
        flows=(True,),
        options=(class_axis(len(shape)),),
        shape=shape,
    )
    after = replace(call, inputs=(name, *call.inputs[1:]))
    return graph.replaced(call.name, (softmax, after))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if there is a softmax."""
    if any(call.operation in APPLIES_SOFTMAX for call in scenario.graph.calls):
        yield Variant(Change(graph=rewrite))


SOFTMAX_TWICE = Mistake(
    "softmax applied twice",
    "You applied softmax twice; cross-entropy of raw scores already contains it.",
    "Give raw scores to a loss that applies softmax itself.",
    variants,
)
