"""Cross-entropy of raw scores with probabilities of the classes as the target."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidShape
from chainrule.operations.losses.labels import labels_shape
from chainrule.operations.losses.scores import (
    across_classes,
    along_classes,
    class_axis,
    softmax_parts,
)
from chainrule.operations.operation import REAL, UNIT, Example, Operation


def cross_entropy_with_probabilities(
    input: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> tuple[Array, Array, Array]:
    """Take the surprise, in nats, to expect under the target when softmax(input) was predicted.

        q = weight * ((1 - s) * target + s / classes), with the label smoothing s
        y = -sum(q * log(softmax(input))) over the classes

    The mean divides by the number of samples, whatever the weights, as PyTorch's does.

    Args:
        input: Raw scores (logits), not probabilities.
        target: Probabilities of the classes.
        weight: How much each class counts; 1 if None.
        ignore_index: Of no effect: there are no labels.
        reduction: "mean", "sum", or "none" for one loss per sample.
        label_smoothing: The share s, from 0 to 1.

    Shape:
        input and target: (batch, classes), (batch, classes, ...) or (classes); weight: (classes)
        ->  () or, without reduction, the input's without the axis of classes.

    Derivative: sum(q) * softmax(input) - q; for the target -weight * (1 - s) * log(softmax(input)).
    Raises: InvalidShape if the shapes do not fit.
    Source: Szegedy et al. 2016.

    >>> scores, certain = np.array([[0.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> round(float(cross_entropy_with_probabilities(scores, certain, None)[0]), 4)
    0.6931
    """
    weights = None if weight is None else weight.shape
    probabilities_shape(
        input.shape, target.shape, weights, ignore_index, reduction, label_smoothing
    )
    shifted, probabilities, logarithm = softmax_parts(input)
    shifted -= logarithm
    truth = truth_of(target, weight, label_smoothing)
    losses = -np.add.reduce(shifted * truth, class_axis(input.ndim))
    if reduction == "none":
        return losses, shifted, probabilities
    loss = np.add.reduce(losses, axis=None)
    if reduction == "mean":
        loss = loss / losses.dtype.type(losses.size)
    return loss, shifted, probabilities


def cross_entropy_with_probabilities_backward_input(
    gradient: Array,
    target: Array,
    weight: Array | None,
    probabilities: Array,
    reduction: str,
    label_smoothing: float,
) -> Array:
    """Return dL/dinput = dL/dy * (sum(q) * softmax(input) - q)."""
    truth = truth_of(target, weight, label_smoothing)
    mass = np.add.reduce(truth, class_axis(truth.ndim), keepdims=True)
    return _scale(gradient, truth, reduction) * (mass * probabilities - truth)


def cross_entropy_with_probabilities_backward_target(
    gradient: Array,
    weight: Array | None,
    log_probabilities: Array,
    reduction: str,
    label_smoothing: float,
) -> Array:
    """Return dL/dtarget = -dL/dy * weight * (1 - s) * log(softmax(input))."""
    scale = _scale(gradient, log_probabilities, reduction) * (label_smoothing - 1)
    result = scale * log_probabilities
    return result if weight is None else result * along_classes(weight, result.ndim)


def probabilities_shape(
    input: Shape,
    target: Shape,
    weight: Shape | None,
    ignore_index: int,  # noqa: ARG001 - every rule gets all options
    reduction: str,
    label_smoothing: float,  # noqa: ARG001
) -> Shape:
    """Return () or, without reduction, the input's shape without the axis of classes."""
    if input != target:
        raise InvalidShape(
            f"cross_entropy got input of shape {input} and probabilities of shape {target}: they "
            "must be equal. For class labels pass integers, without the axis of classes."
        )
    samples = (*input[:1], *input[2:]) if len(input) > 1 else ()
    labels_shape("cross_entropy", input, samples, weight)
    return samples if reduction == "none" else ()


def truth_of(target: Array, weight: Array | None, label_smoothing: float) -> Array:
    """Return the target, smoothed and weighted."""
    axis = class_axis(target.ndim)
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / target.shape[axis]
    return target if weight is None else target * along_classes(weight, target.ndim)


def _scale(gradient: Array, scores: Array, reduction: str) -> Array:
    """Return dL/d(loss of each sample), in a shape that lines up with the scores."""
    if reduction == "mean":
        samples = scores.size // scores.shape[class_axis(scores.ndim)]
        return gradient / scores.dtype.type(samples)
    return across_classes(gradient, scores.ndim)


CROSS_ENTROPY_WITH_PROBABILITIES = Operation(
    "cross_entropy_with_probabilities",
    cross_entropy_with_probabilities,
    (
        cross_entropy_with_probabilities_backward_input,
        cross_entropy_with_probabilities_backward_target,
        None,
    ),
    probabilities_shape,
    source="Bridle 1990; label smoothing: Szegedy et al. 2016.",
    saved=("log_probabilities", "probabilities"),
    domain=(REAL, UNIT, UNIT),
    examples=(
        Example(((5, 3), (5, 3), None)),
        Example(((5, 3), (5, 3), (3,)), {"reduction": "sum"}),
        Example(((5, 3), (5, 3), None), {"reduction": "none", "label_smoothing": 0.1}),
        Example(((3,), (3,), None)),
        Example(((2, 3, 4, 2), (2, 3, 4, 2), (3,)), {"label_smoothing": 0.2}),
        Example(((2, 3, 4), (2, 3, 4), (3,)), {"reduction": "none"}),
        Example(((0, 3), (0, 3), None), {"reduction": "sum"}),
        Example(((0, 3), (0, 3), None), {"reduction": "none"}),
        Example(((1, 1), (1, 1), None)),
    ),
)
