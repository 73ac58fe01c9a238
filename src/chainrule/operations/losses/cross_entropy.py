"""Cross-entropy of raw scores with class labels, as one operation.

Taken together, softmax, logarithm and choice of one class are exact at any size of the scores, and
their gradient is as simple as it can be: the probabilities minus the truth.
"""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.operations.losses.labels import (
    count_kept,
    factors_of,
    find_labels,
    labels_shape,
    reduce_labels,
)
from chainrule.operations.losses.scores import (
    across_classes,
    along_classes,
    class_axis,
    softmax_parts,
)
from chainrule.operations.operation import Example, Integers, Operation


def cross_entropy(
    input: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> tuple[Array, Array, Array, Array | None, Array]:
    """Take the surprise, in nats, at the right class when softmax(input) was predicted.

        p = softmax(input)
        y = -weight[target] * log(p[target])

    With label smoothing s the truth is softened to q = (1 - s) * onehot(target) + s / classes, and
    y = -sum(weight * q * log(p)). The mean divides by the sum of weight[target], as PyTorch's does.

    Args:
        input: Raw scores (logits), not probabilities.
        target: Class labels, integers from 0 to classes - 1.
        weight: How much each class counts; 1 if None.
        ignore_index: Label of samples that do not count.
        reduction: "mean", "sum", or "none" for one loss per label.
        label_smoothing: The share s, from 0 to 1.

    Shape:
        input: (batch, classes), (batch, classes, ...) or (classes); target: the same without the
        axis of classes; weight: (classes)  ->  () or, without reduction, the target's.

    Derivative: p - onehot(target), times weight[target] and, for the mean, 1 / batch.
    Raises: InvalidShape, InvalidType or InvalidIndex if the labels do not fit the input.
    Source: Bridle 1990, softmax trained by cross-entropy; label smoothing Szegedy et al. 2016.

    >>> scores = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.1, 0.2, 3.0]])
    >>> round(float(cross_entropy(scores, np.array([0, 1, 2]), None)[0]), 4)
    0.2489
    """
    weights = None if weight is None else weight.shape
    labels_shape("cross_entropy", input.shape, target.shape, weights)
    positions, labels, kept = find_labels("cross_entropy", input.shape, target, ignore_index)
    shifted, probabilities, logarithm = softmax_parts(input)
    losses = logarithm.reshape(labels.shape) - shifted.reshape(-1).take(positions)
    label_weights = None if weight is None else weight.take(labels)
    if label_weights is not None:
        losses *= label_weights
    if label_smoothing:
        surprise = _weighted(logarithm - shifted, weight, input.ndim)
        even = np.add.reduce(surprise, class_axis(input.ndim))
        share = label_smoothing / input.shape[class_axis(input.ndim)]
        losses = (1 - label_smoothing) * losses + share * even
    if kept is not None:
        losses = np.where(kept, losses, losses.dtype.type(0))
    total = count_kept(labels, kept, label_weights)
    loss = reduce_labels(losses, reduction, total)
    return loss, probabilities, positions, label_weights, factors_of(loss, kept, reduction, total)


def cross_entropy_backward(
    gradient: Array,
    weight: Array | None,
    probabilities: Array,
    positions: Array,
    label_weights: Array | None,
    factors: Array,
    label_smoothing: float,
) -> Array:
    """Return dL/dinput = dL/dy * (sum(q) p - q), with the weights in q."""
    scale = gradient * factors
    if label_smoothing:
        return _smoothed_backward(
            scale, weight, probabilities, positions, label_weights, label_smoothing
        )
    if label_weights is not None:
        scale = scale * label_weights
    result = across_classes(scale, probabilities.ndim) * probabilities
    result.reshape(-1)[positions] -= scale
    return result


def _smoothed_backward(
    scale: Array,
    weight: Array | None,
    probabilities: Array,
    positions: Array,
    label_weights: Array | None,
    label_smoothing: float,
) -> Array:
    """Return the same where a share of the truth is spread evenly over the classes."""
    ndim = probabilities.ndim
    classes = probabilities.shape[class_axis(ndim)]
    share = label_smoothing / classes
    on_label = (1 - label_smoothing) * scale
    if label_weights is not None:
        on_label = on_label * label_weights
    mass = on_label + share * (classes if weight is None else weight.sum()) * scale
    result = across_classes(mass, ndim) * probabilities
    result -= _weighted(share * across_classes(scale, ndim), weight, ndim)
    result.reshape(-1)[positions] -= on_label
    return result


def cross_entropy_shape(
    input: Shape,
    target: Shape,
    weight: Shape | None,
    ignore_index: int,  # noqa: ARG001 - every rule gets all options
    reduction: str,
    label_smoothing: float,  # noqa: ARG001
) -> Shape:
    """Return () or, without reduction, the labels' shape."""
    shape = labels_shape("cross_entropy", input, target, weight)
    return shape if reduction == "none" else ()


def _weighted(values: Array, weight: Array | None, ndim: int) -> Array:
    """Return values that line up with the scores, times the weight of each class."""
    return values if weight is None else values * along_classes(weight, ndim)


CROSS_ENTROPY = Operation(
    "cross_entropy",
    cross_entropy,
    (cross_entropy_backward, None, None),
    cross_entropy_shape,
    source="Bridle 1990; label smoothing: Szegedy et al. 2016.",
    saved=("probabilities", "positions", "label_weights", "factors"),
    examples=(
        Example(((5, 3), Integers((5,), 3), None)),
        Example(
            ((5, 3), Integers((5,), 3), np.array([0.5, 1.0, 2.0])),
            {"reduction": "sum"},
        ),
        Example(((5, 3), Integers((5,), 3), None), {"reduction": "none", "label_smoothing": 0.1}),
        Example(((3,), Integers((), 3), None)),
        Example(((2, 3, 4), Integers((2, 4), 3), None)),
        Example(
            ((2, 3, 4, 2), Integers((2, 4, 2), 3), np.array([0.5, 1.0, 2.0])),
            {"label_smoothing": 0.2, "ignore_index": 1},
        ),
        Example(((0, 3), Integers((0,), 3), None), {"reduction": "sum"}),
        Example(((0, 3), Integers((0,), 3), None), {"reduction": "none"}),
        Example(((1, 1), Integers((1,), 1), None)),
        Example((np.array([[1e4, -1e4, 0.0], [0.0, 1e4, 1e4]]), np.array([0, 2]), None)),
    ),
)
