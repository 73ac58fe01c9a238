"""Labels of classes: that they fit the scores, that they exist, and where their scores lie.

Labels have the shape of the scores without the axis of classes.
"""

import numpy as np

from chainrule.array_types import Array, Shape, int64
from chainrule.errors import InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.losses.scores import class_axis


def labels_shape(name: str, input: Shape, target: Shape, weight: Shape | None) -> Shape:
    """Return the shape of the losses, one for each label.

    Raises:
        InvalidShape: if scores, labels and weights do not fit each other.
    """
    if not input or input[class_axis(len(input))] == 0:
        raise InvalidShape(
            f"{name} got input of shape {input}: it must be (batch, classes), (batch, classes, "
            "...), or (classes) for one sample, with at least one class."
        )
    expected = (input[0], *input[2:]) if len(input) > 1 else ()
    if target != expected and not (len(input) == 1 and target == (1,)):
        raise InvalidShape(_misfit(name, input, target, expected))
    classes = input[class_axis(len(input))]
    if weight is not None and weight != (classes,):
        raise InvalidShape(
            f"{name} got a weight of shape {weight}: it must hold one number for each class, "
            f"({classes},)."
        )
    return expected


def find_labels(
    name: str, shape: Shape, target: Array, ignore_index: int | None = None
) -> tuple[Array, Array, Array | None]:
    """Check labels and return their positions among the scores.

    Args:
        name: The loss, for messages.
        shape: Shape of the scores.
        target: The labels.
        ignore_index: Label that stands for "do not count this one".

    Returns:
        For each label the position of its score in the scores laid out as one row; the labels,
        with 0 in place of those to ignore; and which to keep, or None if all are.

    Raises:
        InvalidType: if labels are not integers.
        InvalidIndex: naming the first label for which there is no class.
    """
    if target.dtype.kind not in "iu":
        raise InvalidType(
            f"{name} got labels of dtype {target.dtype}: they number the classes, so they must be "
            "integers. Convert them with .long()."
        )
    labels = target.astype(int64, copy=False)
    classes = shape[class_axis(len(shape))]
    kept = None
    exist = _all_exist(labels, classes)
    if not exist or (ignore_index is not None and 0 <= ignore_index < classes):
        kept = np.asarray(labels != ignore_index)
        labels = np.where(kept, labels, 0)
        if not exist and not _all_exist(labels, classes):
            raise InvalidIndex(_stray_label(name, labels, classes, kept))
    if len(shape) == 1:
        labels = np.array(labels).reshape(())  # a copy: positions outlive changes of the target
        return labels, labels, kept if kept is None else kept.reshape(())
    if len(shape) == 2:
        return np.arange(0, shape[0] * classes, classes) + labels, labels, kept
    inner = int(np.prod(shape[2:], dtype=int))
    starts = np.arange(0, shape[0] * classes * inner, classes * inner) if inner else np.arange(0)
    places = np.add.outer(starts, np.arange(inner)).reshape(labels.shape)
    return places + labels * inner, labels, kept


def count_kept(labels: Array, kept: Array | None, label_weights: Array | None) -> float:
    """Return what the mean divides by: the number of labels kept, or the sum of their weights."""
    if label_weights is not None:
        return np.add.reduce(label_weights, axis=None, where=True if kept is None else kept)
    return labels.size if kept is None else int(np.count_nonzero(kept))


def reduce_labels(losses: Array, reduction: str, total: float) -> Array:
    """Return the losses, their sum, or their sum divided by ``total``; a mean of nothing is NaN."""
    if reduction == "none":
        return losses
    summed = np.add.reduce(losses, axis=None)
    return summed if reduction == "sum" else summed / losses.dtype.type(total)


def factors_of(loss: Array, kept: Array | None, reduction: str, total: float) -> Array:
    """Return how often each label's loss counts in the result: one number, or one for each."""
    number = loss.dtype.type
    factor = number(1) / number(total) if reduction == "mean" else number(1)
    # Labels ignored get no gradient at all, even where the mean itself is 0 / 0.
    return factor if kept is None else np.where(kept, factor, number(0))


def _all_exist(labels: Array, classes: int) -> bool:
    """Return whether all labels lie from 0 to classes - 1."""
    if not labels.size:
        return True
    # Read as unsigned numbers, negative ones are huge: one pass finds strays of both kinds.
    return bool(np.maximum.reduce(labels.view(np.uint64), axis=None) < classes)


def _stray_label(name: str, labels: Array, classes: int, kept: Array) -> str:
    """Return the message about the first label outside the classes."""
    stray = (labels < 0) | (labels >= classes)
    position = np.unravel_index(int(np.argmax(stray)), labels.shape)
    label = int(labels[position])
    place = f" at position {tuple(int(i) for i in position)}" if labels.ndim else ""
    message = (
        f"{name} got label {label}{place}, but the input has scores for {classes} classes: labels "
        f"must lie from 0 to {classes - 1}."
    )
    used = labels[kept]
    if used.min() == 1 and used.max() == classes:
        return f"{message} These run from 1 to {classes}: labels must start at 0, so subtract 1."
    if label < 0:
        return f"{message} To leave samples out, pass their label as ignore_index={label}."
    return f"{message} Give the last layer more outputs, or mend the labels."


def _misfit(name: str, input: Shape, target: Shape, expected: Shape) -> str:
    """Return the message about labels whose shape does not fit the scores."""
    message = (
        f"{name} got input of shape {input} and labels of shape {target}: for that input they "
        f"must have shape {expected}, the input's without its axis of classes."
    )
    if len(target) == len(expected) + 1 and target[1:2] == (1,):
        return f"{message} Drop their axis of length 1 with target.squeeze(1)."
    if len(input) > 2 and input[:-1] == target:
        return (
            f"{message} The classes are axis 1, not the last: move them there with "
            "input.movedim(-1, 1), or flatten both: input.flatten(0, -2), target.flatten()."
        )
    return message
