"""Binary cross-entropy without its second half."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Call, Graph
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.activations.logsigmoid import LOGSIGMOID
from chainrule.operations.arithmetic import MULTIPLY
from chainrule.operations.losses import BINARY_CROSS_ENTROPY, BINARY_CROSS_ENTROPY_WITH_LOGITS
from chainrule.operations.operation import Operation
from chainrule.operations.pointwise import LOG, NEGATE

LOGARITHM: dict[Operation, Operation] = {
    BINARY_CROSS_ENTROPY: LOG,
    BINARY_CROSS_ENTROPY_WITH_LOGITS: LOGSIGMOID,
}


def positive_term(call: Call) -> tuple[Call, ...]:
    """Return the calls that compute -target * log(output)."""
    output, target = call.inputs
    names = [f"{call.name} {part}" for part in ("logarithm", "product")]
    logarithm = replace(
        call,
        name=names[0],
        operation=LOGARITHM[call.operation],
        inputs=(output,),
        flows=(True,),
        options=(),
    )
    product = replace(
        logarithm,
        name=names[1],
        operation=MULTIPLY,
        inputs=(names[0], target),
        flows=(True, False),
    )
    negative = replace(logarithm, name=call.name, operation=NEGATE, inputs=(names[1],))
    return logarithm, product, negative


def rewrite(graph: Graph) -> Graph:
    """Return the graph with the first term alone."""
    for call in graph.calls:
        if call.operation in LOGARITHM:
            graph = graph.replaced(call.name, positive_term(call))
    return graph


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if the loss is binary cross-entropy."""
    if any(call.operation in LOGARITHM for call in scenario.graph.loss_calls):
        yield Variant(Change(graph=rewrite))


MISSING_NEGATIVE_TERM = Mistake(
    "second half of the binary cross-entropy left out",
    "You computed only −t log p and left out −(1 − t) log(1 − p).",
    "Add both terms: an output is also judged where the target is 0.",
    variants,
)
