"""Negative log-likelihood: cross-entropy of what are logarithms of probabilities already."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.operations.losses.labels import (
    count_kept,
    factors_of,
    find_labels,
    labels_shape,
    reduce_labels,
)
from chainrule.operations.operation import Example, Integers, Operation


def nll_loss(
    input: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Array, Shape, Array, Array | None, Array]:
    """Take the negative log-probability of the right class.

        y = -weight[target] * input[target]

    The mean divides by the sum of weight[target].

    Args:
        input: Logarithms of probabilities, as from log_softmax.
        target: Class labels, integers from 0 to classes - 1.
        weight: How much each class counts; 1 if None.
        ignore_index: Label of samples that do not count.
        reduction: "mean", "sum", or "none" for one loss per label.

    Shape:
        input: (batch, classes), (batch, classes, ...) or (classes); target: the same without the
        axis of classes; weight: (classes)  ->  () or, without reduction, the target's.

    Derivative: -onehot(target), times weight[target] and, for the mean, 1 / batch.
    Raises: InvalidShape, InvalidType or InvalidIndex if the labels do not fit the input.

    >>> nll_loss(np.log(np.array([[0.5, 0.5]])), np.array([1]), None)[0].round(4)
    np.float64(0.6931)
    """
    shape = input.shape
    labels_shape("nll_loss", shape, target.shape, None if weight is None else weight.shape)
    positions, labels, kept = find_labels("nll_loss", shape, target, ignore_index)
    losses = -input.reshape(-1).take(positions)
    label_weights = None if weight is None else weight.take(labels)
    if label_weights is not None:
        losses *= label_weights
    if kept is not None:
        losses = np.where(kept, losses, losses.dtype.type(0))
    total = count_kept(labels, kept, label_weights)
    loss = reduce_labels(losses, reduction, total)
    return loss, shape, positions, label_weights, factors_of(loss, kept, reduction, total)


def nll_loss_backward(
    gradient: Array,
    input_shape: Shape,
    positions: Array,
    label_weights: Array | None,
    factors: Array,
) -> Array:
    """Return dL/dinput: -dL/dy at the labels and 0 elsewhere."""
    result = np.zeros(input_shape, gradient.dtype)
    scale = gradient * factors
    result.reshape(-1)[positions] = -(scale if label_weights is None else scale * label_weights)
    return result


def nll_loss_shape(
    input: Shape,
    target: Shape,
    weight: Shape | None,
    ignore_index: int,  # noqa: ARG001 - every rule gets all options
    reduction: str,
) -> Shape:
    """Return () or, without reduction, the labels' shape."""
    shape = labels_shape("nll_loss", input, target, weight)
    return shape if reduction == "none" else ()


NLL_LOSS = Operation(
    "nll_loss",
    nll_loss,
    (nll_loss_backward, None, None),
    nll_loss_shape,
    source="Fisher 1922, maximum likelihood.",
    saved=("input_shape", "positions", "label_weights", "factors"),
    examples=(
        Example(((5, 3), Integers((5,), 3), None)),
        Example(((5, 3), Integers((5,), 3), np.array([0.5, 1.0, 2.0]))),
        Example(((5, 3), Integers((5,), 3), None), {"reduction": "none", "ignore_index": 1}),
        Example(((3,), Integers((), 3), None)),
        Example(((2, 3, 4, 2), Integers((2, 4, 2), 3), None), {"reduction": "sum"}),
        Example(((0, 3), Integers((0,), 3), None), {"reduction": "sum"}),
        Example(((1, 1), Integers((1,), 1), None)),
    ),
)
