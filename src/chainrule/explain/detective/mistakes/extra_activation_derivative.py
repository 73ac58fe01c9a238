"""The error p − t of cross-entropy multiplied by p (1 − p), which it holds already."""

from collections.abc import Iterator

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change, Differentiate, Visit
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.operations.losses import (
    BINARY_CROSS_ENTROPY_WITH_LOGITS,
    CROSS_ENTROPY,
    CROSS_ENTROPY_WITH_PROBABILITIES,
)
from chainrule.operations.losses.scores import class_axis
from chainrule.operations.numbers import logistic
from chainrule.operations.operation import Operation
from chainrule.operations.softmax import softmax

CLASSES = (CROSS_ENTROPY, CROSS_ENTROPY_WITH_PROBABILITIES)


def probabilities(operation: Operation, scores: Array) -> Array:
    """Return what the loss makes of the scores."""
    if operation in CLASSES:
        return softmax(scores, class_axis(scores.ndim))
    return logistic(scores)


def derivative(visit: Visit, right: Differentiate) -> Array:
    """Return p − t times p (1 − p)."""
    result = right(visit)
    operation = visit.call.operation
    if operation not in (*CLASSES, BINARY_CROSS_ENTROPY_WITH_LOGITS):
        return result
    p = probabilities(operation, visit.inputs[0])
    return result * p * (1 - p)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if the loss takes scores."""
    wanted = (*CLASSES, BINARY_CROSS_ENTROPY_WITH_LOGITS)
    if any(call.operation in wanted for call in scenario.graph.loss_calls):
        yield Variant(Change(derivative=derivative))


EXTRA_ACTIVATION_DERIVATIVE = Mistake(
    "activation derivative twice",
    "You multiplied the error p − t by p(1 − p), although p − t already holds the derivative of "
    "softmax or sigmoid.",
    "With cross-entropy the error of the output layer is p − t, with nothing to be multiplied.",
    variants,
)
