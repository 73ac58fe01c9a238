"""Losses that ask for a margin between right and wrong, as support vector machines do."""

import numpy as np

from chainrule.array_types import Array, Number, Shape
from chainrule.errors import InvalidShape
from chainrule.operations.losses.labels import find_labels, labels_shape
from chainrule.operations.losses.scores import across_classes, class_axis
from chainrule.operations.numbers import logistic, select
from chainrule.operations.operation import (
    Elementwise,
    Example,
    Integers,
    Operation,
    default_examples,
)


def hinge_embedding_loss(input: Number, target: Number, margin: float = 1.0) -> Number:
    """Take distances of pairs that belong together, and what others lack of a margin.

        y = input                     where target is 1
            max(margin - input, 0)    where target is -1

    Derivative: 1 where target is 1; -1 where it is -1 and input <= margin; else 0.
    Source: Hadsell, Chopra and LeCun 2006.

    >>> hinge_embedding_loss(np.array([0.3, 0.3, 2.0]), np.array([1.0, -1.0, -1.0]))
    array([0.3, 0.7, 0. ])
    """
    return select(target != -1, input, 0.0) + select(
        target != 1, np.maximum(margin - input, 0.0), 0.0
    )


def hinge_embedding_loss_backward(
    gradient: Number, input: Number, target: Number, margin: float
) -> Number:
    """Return dL/dinput: dL/dy towards, -dL/dy away from each other, 0 beyond the margin."""
    return select(target != -1, gradient, 0.0) - select(
        (target != 1) & (input <= margin), gradient, 0.0
    )


def soft_margin_loss(input: Number, target: Number) -> Number:
    """Take the logistic loss for targets 1 and -1.

        y = log(1 + exp(-target * input))

    Derivative: -target * sigmoid(-target * input).
    Numerics: never overflows; for scores as large as -1000 PyTorch's is infinite.

    >>> soft_margin_loss(np.array([-1000.0, 1000.0]), np.array([1.0, 1.0]))
    array([1000.,    0.])
    """
    return np.maximum(-target * input, 0.0) + np.log1p(np.exp(-np.abs(target * input)))


def soft_margin_loss_backward(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dinput = -dL/dy * target * sigmoid(-target * input)."""
    return -gradient * target * logistic(-target * input)


def multi_margin_loss(
    input: Array,
    target: Array,
    weight: Array | None,
    p: int = 1,
    margin: float = 1.0,
    reduction: str = "mean",
) -> tuple[Array, Array, Array, Array]:
    """Take what the right class's score lacks of a margin over each of the others.

        y = weight[target] / classes * sum over j != target of
            max(margin - input[target] + input[j], 0)^p

    Args:
        input: Scores.
        target: Class labels, integers from 0 to classes - 1.
        weight: How much each class counts; 1 if None.
        p: 1, or 2 to square what lacks.
        margin: How far ahead the right class is to be, in units of the scores.
        reduction: "mean" (over the labels, whatever the weights), "sum" or "none".

    Shape:
        input: (batch, classes) or (classes); target: (batch) or (); weight: (classes)  ->  () or,
        without reduction, the target's.

    Derivative: for each class that lacks margin p * lack^(p - 1), for the right class minus their
    sum; times weight[target] / classes.
    Raises: InvalidShape, InvalidType or InvalidIndex if the labels do not fit the input.
    Source: Crammer and Singer 2001; Weston and Watkins 1999, for the sum over classes.

    >>> multi_margin_loss(np.array([1.0, 0.0, 0.5]), np.array(0), None)[0].round(4)
    np.float64(0.1667)
    """
    shape = input.shape
    weights = None if weight is None else weight.shape
    multi_margin_loss_shape(shape, target.shape, weights, p, margin, reduction)
    positions, labels, _ = find_labels("multi_margin_loss", shape, target)
    right = across_classes(input.reshape(-1).take(positions), input.ndim)
    lack = np.maximum(margin - right + input, 0.0)
    lack.reshape(-1)[positions] = 0.0
    classes = shape[class_axis(input.ndim)]
    scale = np.full_like(input, 1 / classes, shape=labels.shape)
    if weight is not None:
        scale *= weight.take(labels)
    losses = np.add.reduce(lack if p == 1 else lack * lack, class_axis(input.ndim)) * scale
    if reduction == "mean":
        scale /= scale.dtype.type(labels.size)
    if reduction == "none":
        return losses.reshape(target.shape), lack, positions, scale
    loss = np.add.reduce(losses, axis=None)
    if reduction == "mean":
        loss = loss / losses.dtype.type(labels.size)
    return loss, lack, positions, scale


def multi_margin_loss_backward(
    gradient: Array, lack: Array, positions: Array, scale: Array, p: int
) -> Array:
    """Return dL/dinput: pull the right score up, push down each that comes too close."""
    slope = (lack > 0).astype(lack.dtype) if p == 1 else 2 * lack
    if gradient.ndim:
        gradient = gradient.reshape(scale.shape)  # one label of one sample may come as (1,)
    result = slope * across_classes(gradient * scale, lack.ndim)
    result.reshape(-1)[positions] = -np.add.reduce(result, class_axis(lack.ndim))
    return result


def multi_margin_loss_shape(
    input: Shape,
    target: Shape,
    weight: Shape | None,
    p: int,  # noqa: ARG001 - every rule gets all options
    margin: float,  # noqa: ARG001
    reduction: str,
) -> Shape:
    """Return () or, without reduction, the labels' shape."""
    if len(input) > 2:
        raise InvalidShape(
            f"multi_margin_loss got input of shape {input}: it takes (batch, classes), "
            "or (classes) for one sample."
        )
    labels_shape("multi_margin_loss", input, target, weight)
    return target if reduction == "none" else ()


HINGE_EMBEDDING_LOSS = Elementwise(
    "hinge_embedding_loss",
    hinge_embedding_loss,
    (hinge_embedding_loss_backward, None),
    source="Hadsell, Chopra and LeCun 2006, Dimensionality reduction by learning a mapping.",
    kinks=lambda margin: (margin,),
    examples=(
        *default_examples(2),
        Example(((4,), np.array([1.0, -1.0, 1.0, -1.0]))),
        Example(((4,), np.array([1.0, -1.0, 1.0, -1.0])), {"margin": 2.5}),
    ),
)
SOFT_MARGIN_LOSS = Elementwise(
    "soft_margin_loss",
    soft_margin_loss,
    (soft_margin_loss_backward, None),
    source="Cox 1958, logistic regression, with targets 1 and -1.",
    examples=(*default_examples(2), Example(((4,), np.array([1.0, -1.0, 1.0, -1.0])))),
)
MULTI_MARGIN_LOSS = Operation(
    "multi_margin_loss",
    multi_margin_loss,
    (multi_margin_loss_backward, None, None),
    multi_margin_loss_shape,
    source="Weston and Watkins 1999; Crammer and Singer 2001.",
    saved=("lack", "positions", "scale"),
    examples=(
        Example(((5, 3), Integers((5,), 3), None)),
        Example(((5, 3), Integers((5,), 3), np.array([0.5, 1.0, 2.0])), {"p": 2, "margin": 0.5}),
        Example(((5, 3), Integers((5,), 3), None), {"reduction": "none"}),
        Example(((5, 3), Integers((5,), 3), None), {"reduction": "sum", "p": 2}),
        Example(((3,), Integers((), 3), None)),
        Example(((0, 3), Integers((0,), 3), None), {"reduction": "sum"}),
        Example(((1, 1), Integers((1,), 1), None)),
    ),
)
